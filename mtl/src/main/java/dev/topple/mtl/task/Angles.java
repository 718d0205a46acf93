// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import java.util.List;

/**
 * Angles in degrees as parts of metrics: how many, their sum, how many are at most 11.25, 22.5 and 30, and a histogram
 * for the median, which takes the angles of a bin as spread evenly over it.
 *
 * @param bins how many the histogram has; the last takes all larger angles
 * @param width of a bin, in degrees
 */
record Angles(int bins, double width) {

    /** What {@link #values} gives. */
    static final List<Metric> METRICS = List.of(
            new Metric("Angle Mean", false, "degrees"),
            new Metric("Angle Median", false, "degrees"),
            new Metric("Angle 11.25", true, "%"),
            new Metric("Angle 22.5", true, "%"),
            new Metric("Angle 30", true, "%"));

    private static final double[] THRESHOLDS = {11.25, 22.5, 30};

    private static final int COUNT = 0;
    private static final int SUM = 1;
    private static final int HITS = 2;
    private static final int HISTOGRAM = HITS + THRESHOLDS.length;

    int parts() {
        return HISTOGRAM + bins;
    }

    /** Adds an angle. A NaN makes the mean NaN, and counts as the largest angle elsewhere. */
    void add(double cosine, double[] into) {
        double angle = StrictMath.toDegrees(StrictMath.acos(Math.clamp(cosine, -1, 1)));
        into[COUNT]++;
        into[SUM] += angle;
        for (int k = 0; k < THRESHOLDS.length; k++) {
            if (angle <= THRESHOLDS[k]) {
                into[HITS + k]++;
            }
        }
        int bin = Double.isNaN(angle) ? bins - 1 : Math.min((int) (angle / width), bins - 1);
        into[HISTOGRAM + bin]++;
    }

    /** The mean angle of some parts; NaN without any. */
    static double mean(double[] total) {
        return total[SUM] / total[COUNT];
    }

    double[] values(double[] total) {
        double count = total[COUNT];
        double[] values = new double[METRICS.size()];
        values[0] = total[SUM] / count;
        values[1] = median(total);
        for (int k = 0; k < THRESHOLDS.length; k++) {
            values[2 + k] = 100 * total[HITS + k] / count;
        }
        return values;
    }

    private double median(double[] total) {
        double half = total[COUNT] / 2;
        double below = 0;
        for (int bin = 0; bin < bins; bin++) {
            double here = total[HISTOGRAM + bin];
            if (here > 0 && below + here >= half) {
                return (bin + (half - below) / here) * width;
            }
            below += here;
        }
        return Double.NaN;
    }
}
