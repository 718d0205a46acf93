// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Arrays;

/**
 * Soft maxima over classes for a block of places side by side. Class c of place p lies at
 * {@code from + c * classStride + p * placeStride}. Working memory is three blocks; everything happens place by place,
 * so neighbours do not matter.
 */
public final class SoftmaxKernels {

    private SoftmaxKernels() {}

    /** The places of a block and where their classes lie. */
    public record Places(int classes, int classStride, int placeStride) {

        /** An array with a class of all places in a row: the given one, or else a block that they are copied to. */
        private float[] row(float[] x, int at, float[] block, int n) {
            if (placeStride == 1) {
                return x;
            }
            for (int i = 0; i < n; i++) {
                block[i] = x[at + i * placeStride];
            }
            return block;
        }

        /** Where the row begins in that array. */
        private int rowAt(int at) {
            return placeStride == 1 ? at : 0;
        }

        /** Brings a row that was written to {@link #row} home. */
        private void store(float[] row, float[] x, int at, int n) {
            if (placeStride != 1) {
                for (int i = 0; i < n; i++) {
                    x[at + i * placeStride] = row[i];
                }
            }
        }
    }

    private static void largest(Places places, float[] x, int from, int n, float[] max, float[] block,
            ElementKernels kernels) {
        System.arraycopy(places.row(x, from, block, n), places.rowAt(from), max, 0, n);
        for (int c = 1; c < places.classes(); c++) {
            int at = from + c * places.classStride();
            kernels.raise(max, places.row(x, at, block, n), places.rowAt(at), n);
        }
    }

    /** The sum of e^(x - max) over the classes. */
    private static void sumOfExp(Places places, float[] x, int from, int n, float[] max, float[] sum, float[] block,
            ElementKernels kernels) {
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            int at = from + c * places.classStride();
            kernels.exponentials(block, 0, places.row(x, at, block, n), places.rowAt(at), max, sum, n);
        }
    }

    /** e^x over its sum. */
    public static void probabilities(Places places, float[] x, int from, float[] y, int to, int n, float[][] blocks,
            LaneKernels lanes) {
        float[] sum = blocks[1];
        float[] block = blocks[2];
        exponentials(places, x, from, y, to, n, blocks, lanes.elements());
        for (int c = 0; c < places.classes(); c++) {
            int at = to + c * places.classStride();
            float[] row = places.row(y, at, block, n);
            lanes.elements().divide(row, places.rowAt(at), row, places.rowAt(at), sum, 0, n);
            places.store(row, y, at, n);
        }
    }

    /** x minus the logarithm of the sum of e^x. */
    public static void logProbabilities(Places places, float[] x, int from, float[] y, int to, int n, float[][] blocks,
            LaneKernels lanes) {
        ElementKernels kernels = lanes.elements();
        float[] max = blocks[0];
        float[] log = blocks[1];
        float[] block = blocks[2];
        largest(places, x, from, n, max, block, kernels);
        sumOfExp(places, x, from, n, max, log, block, kernels);
        kernels.log(log, 0, log, 0, n);
        for (int c = 0; c < places.classes(); c++) {
            int at = c * places.classStride();
            float[] row = places.row(x, from + at, block, n);
            kernels.subtract(block, 0, row, places.rowAt(from + at), max, 0, n);
            float[] result = places.placeStride() == 1 ? y : block;
            kernels.subtract(result, places.rowAt(to + at), block, 0, log, 0, n);
            places.store(result, y, to + at, n);
        }
    }

    /**
     * The weighted cross-entropy of each place.
     *
     * @param weights one per class from {@code weightsAt}; none if the array is empty
     */
    public static void crossEntropy(Places places, float[] x, int from, int[] labels, int labelsAt, float[] weights,
            int weightsAt, int ignored, float[] y, int to, int n, float[][] blocks, LaneKernels lanes) {
        float[] max = blocks[0];
        float[] log = blocks[1];
        largest(places, x, from, n, max, blocks[2], lanes.elements());
        sumOfExp(places, x, from, n, max, log, blocks[2], lanes.elements());
        lanes.elements().log(log, 0, log, 0, n);
        for (int i = 0; i < n; i++) {
            int label = labels[labelsAt + i];
            float loss;
            if (label == ignored) {
                loss = 0;
            } else if (label < 0 || label >= places.classes()) {
                loss = Float.NaN;
            } else {
                float logit = x[from + label * places.classStride() + i * places.placeStride()];
                float weight = weights.length == 0 ? 1 : weights[weightsAt + label];
                loss = weight * (log[i] - (logit - max[i]));
            }
            y[to + i] = loss;
        }
    }

    /** The gradient of the logits of {@link #crossEntropy}, {@code g w (softmax - onehot)}. */
    public static void crossEntropyGradient(Places places, float[] x, int from, int[] labels, int labelsAt, float[] g,
            int gAt, float[] weights, int weightsAt, int ignored, float[] y, int to, int n, float[][] blocks,
            int[] valid, LaneKernels lanes) {
        ElementKernels kernels = lanes.elements();
        float[] sum = blocks[1];
        float[] block = blocks[2];
        exponentials(places, x, from, y, to, n, blocks, kernels);
        float[] factor = blocks[0];
        for (int i = 0; i < n; i++) {
            int label = labels[labelsAt + i];
            valid[i] = label == ignored ? 0 : 1;
            if (label == ignored) {
                factor[i] = 0;
            } else if (label < 0 || label >= places.classes()) {
                factor[i] = Float.NaN;
            } else {
                factor[i] = g[gAt + i] * (weights.length == 0 ? 1 : weights[weightsAt + label]);
                int hit = to + label * places.classStride() + i * places.placeStride();
                // e / sum - 1 = (e - sum) / sum, and the division is still to come.
                y[hit] -= sum[i];
            }
        }
        kernels.divide(factor, 0, factor, 0, sum, 0, n);
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            int at = to + c * places.classStride();
            float[] row = places.row(y, at, block, n);
            int rowAt = places.rowAt(at);
            kernels.multiply(row, rowAt, row, rowAt, factor, 0, n);
            // Whatever an ignored place's logits are, even NaN, its gradient is 0.
            kernels.choose(row, rowAt, valid, 0, row, rowAt, sum, 0, n);
            places.store(row, y, at, n);
        }
    }

    /** e^(x - max) to y, and its sum to the second block. */
    private static void exponentials(Places places, float[] x, int from, float[] y, int to, int n, float[][] blocks,
            ElementKernels kernels) {
        float[] max = blocks[0];
        float[] sum = blocks[1];
        float[] block = blocks[2];
        largest(places, x, from, n, max, block, kernels);
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            int at = c * places.classStride();
            float[] row = places.row(x, from + at, block, n);
            float[] powers = places.placeStride() == 1 ? y : block;
            kernels.exponentials(powers, places.rowAt(to + at), row, places.rowAt(from + at), max, sum, n);
            places.store(powers, y, to + at, n);
        }
    }
}
