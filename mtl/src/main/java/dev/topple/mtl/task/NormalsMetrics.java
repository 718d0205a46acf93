// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * The angle between prediction and label in degrees, over all valid pixels of all images together: its mean, its
 * median, and how many angles are at most 11.25, 22.5 and 30 degrees. The zero vector is at 90 degrees to everything.
 *
 * <p>The median comes from a histogram of bins of 0.1 degrees, with the angles of a bin taken as spread evenly over it:
 * it is within 0.1 degrees of the median of the pixels.
 */
final class NormalsMetrics implements Metrics {

    private static final List<Metric> METRICS = List.of(
            new Metric("Angle Mean", false, "degrees"),
            new Metric("Angle Median", false, "degrees"),
            new Metric("Angle 11.25", true, "%"),
            new Metric("Angle 22.5", true, "%"),
            new Metric("Angle 30", true, "%"));

    private static final double[] THRESHOLDS = {11.25, 22.5, 30};
    private static final int BINS = 1800;
    private static final double BIN_WIDTH = 180.0 / BINS;

    // The parts: how many pixels, the sum of their angles, hits, histogram.
    private static final int COUNT = 0;
    private static final int SUM = 1;
    private static final int HITS = 2;
    private static final int HISTOGRAM = HITS + THRESHOLDS.length;

    @Override
    public List<Metric> list() {
        return METRICS;
    }

    @Override
    public int parts() {
        return HISTOGRAM + BINS;
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        Shape shape = prediction.shape();
        int area = shape.dim(2) * shape.dim(3);
        float[] p = prediction.floats();
        float[] l = label.floats();
        for (int i = row * 3 * area; i < row * 3 * area + area; i++) {
            double lx = l[i];
            double ly = l[i + area];
            double lz = l[i + 2 * area];
            double labelSquares = lx * lx + ly * ly + lz * lz;
            if (!(labelSquares > Normals.LEAST)) {
                continue;
            }
            double px = p[i];
            double py = p[i + area];
            double pz = p[i + 2 * area];
            double squares = labelSquares * (px * px + py * py + pz * pz);
            double dot = px * lx + py * ly + pz * lz;
            double cosine = squares == 0 ? 0 : Math.clamp(dot / Math.sqrt(squares), -1, 1);
            // A NaN makes the mean NaN, and counts as the largest angle elsewhere.
            double angle = StrictMath.toDegrees(StrictMath.acos(cosine));
            into[COUNT]++;
            into[SUM] += angle;
            for (int k = 0; k < THRESHOLDS.length; k++) {
                if (angle <= THRESHOLDS[k]) {
                    into[HITS + k]++;
                }
            }
            int bin = Double.isNaN(angle) ? BINS - 1 : Math.min((int) (angle / BIN_WIDTH), BINS - 1);
            into[HISTOGRAM + bin]++;
        }
    }

    @Override
    public double[] values(double[] total) {
        double count = total[COUNT];
        double[] values = new double[METRICS.size()];
        values[0] = total[SUM] / count;
        values[1] = median(total);
        for (int k = 0; k < THRESHOLDS.length; k++) {
            values[2 + k] = 100 * total[HITS + k] / count;
        }
        return values;
    }

    private static double median(double[] total) {
        double half = total[COUNT] / 2;
        double below = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double here = total[HISTOGRAM + bin];
            if (here > 0 && below + here >= half) {
                return (bin + (half - below) / here) * BIN_WIDTH;
            }
            below += here;
        }
        return Double.NaN;
    }
}
