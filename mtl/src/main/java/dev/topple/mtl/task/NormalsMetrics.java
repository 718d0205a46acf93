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
 * <p>The median comes from a histogram of bins of 0.1 degrees: it is within 0.1 degrees of the median of the pixels.
 */
final class NormalsMetrics implements Metrics {

    private static final Angles ANGLES = new Angles(1800, 0.1);

    @Override
    public List<Metric> list() {
        return Angles.METRICS;
    }

    @Override
    public int parts() {
        return ANGLES.parts();
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
            ANGLES.add(squares == 0 ? 0 : dot / Math.sqrt(squares), into);
        }
    }

    @Override
    public double[] values(double[] total) {
        return ANGLES.values(total);
    }
}
