// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Absolute and relative error and how many predictions lie within a factor of 1.25, 1.25^2 and 1.25^3 of the label,
 * over all valid pixels of all images together. A prediction that is not positive lies within no factor.
 */
final class DepthMetrics implements Metrics {

    private static final List<Metric> METRICS = List.of(
            new Metric("abs_err", false, "m"),
            new Metric("rel_err", false, ""),
            new Metric("sigma_1.25", true, "%"),
            new Metric("sigma_1.25^2", true, "%"),
            new Metric("sigma_1.25^3", true, "%"));

    static final double[] FACTORS = {1.25, 1.25 * 1.25, 1.25 * 1.25 * 1.25};

    // The parts: how many pixels, sums of errors, hits.
    private static final int COUNT = 0;
    private static final int ABSOLUTE = 1;
    private static final int RELATIVE = 2;
    static final int HITS = 3;

    /** The mean relative error of some parts; NaN without a valid pixel. */
    static double relativeError(double[] parts) {
        return parts[RELATIVE] / parts[COUNT];
    }

    @Override
    public List<Metric> list() {
        return METRICS;
    }

    @Override
    public int parts() {
        return HITS + FACTORS.length;
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        Shape shape = prediction.shape();
        int area = shape.dim(2) * shape.dim(3);
        float[] predictions = prediction.floats();
        float[] labels = label.floats();
        for (int i = row * area; i < (row + 1) * area; i++) {
            double truth = labels[i];
            if (!(truth > Depth.LEAST)) {
                continue;
            }
            double predicted = predictions[i];
            double error = Math.abs(predicted - truth);
            into[COUNT]++;
            into[ABSOLUTE] += error;
            into[RELATIVE] += error / truth;
            if (predicted > 0) {
                double ratio = Math.max(predicted / truth, truth / predicted);
                for (int k = 0; k < FACTORS.length; k++) {
                    if (ratio <= FACTORS[k]) {
                        into[HITS + k]++;
                    }
                }
            }
        }
    }

    @Override
    public double[] values(double[] total) {
        double count = total[COUNT];
        double[] values = new double[METRICS.size()];
        values[0] = total[ABSOLUTE] / count;
        values[1] = total[RELATIVE] / count;
        for (int k = 0; k < FACTORS.length; k++) {
            values[2 + k] = 100 * total[HITS + k] / count;
        }
        return values;
    }
}
