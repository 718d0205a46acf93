// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Surface normals as the released code judges them. Its labels are the bytes of the NYUv2 files, 0 to 255, as which a
 * component c of a unit normal is stored as {@code (c + 1) / 2 * 255}; it never takes them back to [-1, 1], trains on
 * them as they are, and compares directions of byte vectors. Two quirks beside {@link NormalsMetrics} follow:
 * <ul>
 * <li><strong>Angles are between vectors without a negative component.</strong> They are about half of the angles
 * between the surfaces (9 degrees for 20, on average over directions), and opposite surfaces are at most 60 degrees
 * apart; those that face along a diagonal of the files' axes, one way and the other, are at 0.
 * <li><strong>A label with any byte of 255 is dropped.</strong> White, three bytes of 255, marks what has no normal,
 * but the released code asks for the largest byte only; so a surface that faces exactly along an axis of the files, a
 * level floor say, is not judged. Measured normals never are that exact, those of rendered scenes are.
 * </ul>
 *
 * <p>Models here predict normals, and labels are normals. To follow the released formula both are encoded as the files
 * encode them: unit length, then (x, z, -y) of the camera frame as bytes. The label is cut off to whole bytes (in the
 * files 0 is stored as 127, and nothing but white reaches 255), the prediction is not, as it never passes through a
 * file. The zero vector is encoded as it is, half of 255 in each channel.
 *
 * <p>The released median is that of the pixels; this one comes from a histogram of bins of 0.05 degrees and is within
 * that of it.
 */
final class ReleasedNormalsMetrics implements Metrics {

    private static final int WHITE = 255;

    private static final Angles ANGLES = new Angles(1800, 0.05);

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
        double[] truth = new double[3];
        double[] predicted = new double[3];
        for (int i = row * 3 * area; i < row * 3 * area + area; i++) {
            if (encode(label.floats(), i, area, truth) > Normals.LEAST && isJudged(truth)) {
                encode(prediction.floats(), i, area, predicted);
                ANGLES.add(cosine(predicted, truth), into);
            }
        }
    }

    /** Cuts a label off to the bytes of a file. */
    private static boolean isJudged(double[] label) {
        double largest = 0;
        for (int c = 0; c < 3; c++) {
            label[c] = Math.floor(label[c]);
            largest = Math.max(largest, label[c]);
        }
        return largest != WHITE;
    }

    /**
     * Encodes the vector at a pixel as the files would, before it is cut off.
     *
     * @return its squared length
     */
    private static double encode(float[] values, int at, int area, double[] into) {
        double x = values[at];
        double y = values[at + area];
        double z = values[at + 2 * area];
        double squares = x * x + y * y + z * z;
        double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        into[0] = (x * scale + 1) / 2 * WHITE;
        into[1] = (z * scale + 1) / 2 * WHITE;
        into[2] = (-y * scale + 1) / 2 * WHITE;
        return squares;
    }

    private static double cosine(double[] a, double[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int c = 0; c < 3; c++) {
            dot += a[c] * b[c];
            aa += a[c] * a[c];
            bb += b[c] * b[c];
        }
        return dot / Math.sqrt(aa * bb);
    }

    @Override
    public double[] values(double[] total) {
        return ANGLES.values(total);
    }
}
