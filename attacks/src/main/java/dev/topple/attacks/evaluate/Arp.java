// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.mtl.task.Metric;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The averaged relative performance of Zhang et al., arXiv 2305.12066, with the sign that makes damage positive: the
 * mean over tasks of the mean over a task's metrics of the relative change for the worse, in percent. (The released
 * code has the other sign and a fraction.)
 */
public final class Arp {

    private Arp() {}

    /**
     * The relative change of a metric, positive for the worse: {@code (clean - attacked) / |clean|} if higher is
     * better, {@code (attacked - clean) / |clean|} if lower is.
     *
     * @return NaN where the clean value is 0 or either value is NaN: there is no relative change then
     */
    public static double relative(Metric metric, double clean, double attacked) {
        if (clean == 0) {
            return Double.NaN;
        }
        double worse = metric.higherIsBetter() ? clean - attacked : attacked - clean;
        return worse / Math.abs(clean);
    }

    /** The ARP in percent; undefined changes, and tasks without a defined one, are left out; NaN if none is left. */
    public static double of(Collection<? extends Map<String, Change>> tasks) {
        return of(tasks.stream().map(metrics -> metrics.values().stream().mapToDouble(Change::relative).toArray())
                .toArray(double[][]::new));
    }

    /** The same of the relative changes alone, by task and metric. */
    public static double of(double[][] relatives) {
        return 100 * Arrays.stream(relatives).map(Arp::ofTask).filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble).average().orElse(Double.NaN);
    }

    private static OptionalDouble ofTask(double[] relatives) {
        return Arrays.stream(relatives).filter(relative -> !Double.isNaN(relative)).average();
    }
}
