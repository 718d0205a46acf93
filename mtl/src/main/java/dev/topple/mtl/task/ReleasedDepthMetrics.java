// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Depth as the released code judges it. Two quirks beside {@link DepthMetrics}, with which it shares the layout of the
 * parts:
 * <ul>
 * <li><strong>A negative prediction counts as an inlier of all three factors.</strong> The ratio is
 * {@code max(p / g, g / p)}, which is negative, and so at most 1.25, for a p below 0: the further an attack drives
 * depths below 0, the better they look. In ours a prediction that is not positive is within no factor.
 * <li><strong>abs_err and rel_err batch by batch</strong>, weighted by the number of images, so that they depend on the
 * batch size. Ours pool all pixels, as the factors do in both.
 * </ul>
 */
final class ReleasedDepthMetrics implements Metrics {

    private static final int FIRST_FACTOR = 2;

    private final DepthMetrics corrected = new DepthMetrics();

    @Override
    public List<Metric> list() {
        return corrected.list();
    }

    @Override
    public int parts() {
        return corrected.parts();
    }

    @Override
    public boolean pooled(int metric) {
        return metric >= FIRST_FACTOR;
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        corrected.measure(prediction, label, row, into);
        Shape shape = prediction.shape();
        int area = shape.dim(2) * shape.dim(3);
        for (int i = row * area; i < (row + 1) * area; i++) {
            double truth = label.floats()[i];
            double predicted = prediction.floats()[i];
            if (truth > Depth.LEAST && !(predicted > 0)) {
                double ratio = Math.max(predicted / truth, truth / predicted);
                for (int k = 0; k < DepthMetrics.FACTORS.length; k++) {
                    into[DepthMetrics.HITS + k] += ratio <= DepthMetrics.FACTORS[k] ? 1 : 0;
                }
            }
        }
    }

    @Override
    public double[] values(double[] total) {
        return corrected.values(total);
    }
}
