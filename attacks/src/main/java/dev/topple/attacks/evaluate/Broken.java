// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.mtl.task.Task;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * On what share of the images an attack succeeded, from 0 to 1, as each task counts it ({@link Task#broken}). An image
 * on which a task failed already before the attack is not broken, so an attack cannot always reach 1.
 *
 * @param tasks by task, the share of images on which it was broken
 * @param intervals of each
 * @param all the share of images on which every task was broken at once
 * @param allInterval of that
 */
public record Broken(Map<String, Double> tasks, Map<String, Interval> intervals, double all, Interval allInterval) {

    /**
     * Counts.
     *
     * @param clean the parts of the metrics of each clean image, by task
     * @param attacked those of the attacked images
     */
    static Broken of(List<Task> tasks, Map<String, double[][]> clean, Map<String, double[][]> attacked,
            Resamples resamples) {
        Map<String, Double> shares = new LinkedHashMap<>();
        Map<String, Interval> intervals = new LinkedHashMap<>();
        double[] every = {};
        for (Task task : tasks) {
            double[][] before = clean.get(task.name());
            double[][] after = attacked.get(task.name());
            double[] broken = new double[before.length];
            for (int image = 0; image < broken.length; image++) {
                broken[image] = task.broken(before[image], after[image]) ? 1 : 0;
            }
            double share = mean(broken);
            shares.put(task.name(), share);
            intervals.put(task.name(), resamples.interval(share, resamples.means(broken)));
            every = every.length == 0 ? broken : least(every, broken);
        }
        double all = mean(every);
        return new Broken(shares, intervals, all, resamples.interval(all, resamples.means(every)));
    }

    private static double[] least(double[] a, double[] b) {
        double[] least = new double[a.length];
        Arrays.setAll(least, i -> Math.min(a[i], b[i]));
        return least;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
