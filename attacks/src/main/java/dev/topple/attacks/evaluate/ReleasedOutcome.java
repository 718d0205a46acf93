// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What one attack did to the model by the rules of the code released with Zhang et al., arXiv 2305.12066: the metrics
 * of {@link Task#releasedMetrics}, over batches of the protocol's size in the order of the data set, and the ARP
 * computed of them as that code computes it. It stands beside our own numbers so that one can see what the quirks
 * change. (The released code shuffles the NYUv2 test images without a seed, so its batches are never the same twice.)
 *
 * <p>Three quirks are in the arithmetic: metrics are rounded to 4 decimals before they are compared, the mean relative
 * change of a task to 6 and that of all tasks to 4, which is 0.01 points of the ARP in percent; and nothing is left
 * out, so that one undefined change makes the ARP undefined.
 *
 * @param tasks what became of each metric, by task and metric: values rounded to 4 decimals; no intervals
 * @param arp in percent, positive = damage, as ours (the released code has the other sign and a fraction); NaN if any
 *     relative change is undefined
 */
public record ReleasedOutcome(Map<String, Map<String, Change>> tasks, double arp) {

    private static final int OF_METRIC = 4;
    private static final int OF_TASK = 6;
    private static final int OF_ALL = 4;

    /**
     * The outcome of an attack.
     *
     * @param zeroByConstruction tasks whose clean errors are 0 by construction and so have no relative change
     * @param clean the rounded metrics of clean images, by task and metric
     * @param attacked those of attacked images
     */
    static ReleasedOutcome of(Collection<Task> tasks, Predicate<Task> zeroByConstruction,
            Map<String, Map<String, Double>> clean, Map<String, Map<String, Double>> attacked) {
        Map<String, Map<String, Change>> changes = new LinkedHashMap<>();
        double sum = 0;
        for (Task task : tasks) {
            Map<String, Change> ofTask = new LinkedHashMap<>();
            for (Metric metric : task.releasedMetrics().list()) {
                double before = clean.get(task.name()).get(metric.name());
                double after = attacked.get(task.name()).get(metric.name());
                boolean zero = zeroByConstruction.test(task) && !metric.higherIsBetter();
                double relative = zero ? Double.NaN : Arp.relative(metric, before, after);
                ofTask.put(metric.name(), new Change(before, after, relative));
            }
            changes.put(task.name(), ofTask);
            double mean = ofTask.values().stream().mapToDouble(Change::relative).average().orElse(Double.NaN);
            sum += rounded(mean, OF_TASK);
        }
        return new ReleasedOutcome(changes, 100 * rounded(sum / tasks.size(), OF_ALL));
    }

    /** A metric as the released code writes it down, and goes on with. */
    static double rounded(double metric) {
        return rounded(metric, OF_METRIC);
    }

    private static double rounded(double value, int decimals) {
        double unit = Math.pow(10, decimals);
        return Math.rint(value * unit) / unit;
    }
}
