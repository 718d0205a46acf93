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

        private void load(float[] x, int at, float[] block, int n) {
            if (placeStride == 1) {
                System.arraycopy(x, at, block, 0, n);
            } else {
                for (int i = 0; i < n; i++) {
                    block[i] = x[at + i * placeStride];
                }
            }
        }

        private void store(float[] block, float[] x, int at, int n) {
            if (placeStride == 1) {
                System.arraycopy(block, 0, x, at, n);
            } else {
                for (int i = 0; i < n; i++) {
                    x[at + i * placeStride] = block[i];
                }
            }
        }
    }

    private static void largest(Places places, float[] x, int from, int n, float[] max, float[] block) {
        places.load(x, from, max, n);
        for (int c = 1; c < places.classes(); c++) {
            places.load(x, from + c * places.classStride(), block, n);
            BlockArithmetic.maximum(max, max, block, n);
        }
    }

    /** The sum of e^(x - max) over the classes. */
    private static void sumOfExp(Places places, float[] x, int from, int n, float[] max, float[] sum, float[] block,
            LaneKernels lanes) {
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            places.load(x, from + c * places.classStride(), block, n);
            BlockArithmetic.subtract(block, block, max, n);
            lanes.exp(block, block, n);
            BlockArithmetic.add(sum, sum, block, n);
        }
    }

    /** e^x over its sum. */
    public static void probabilities(Places places, float[] x, int from, float[] y, int to, int n, float[][] blocks,
            LaneKernels lanes) {
        float[] sum = blocks[1];
        float[] block = blocks[2];
        exponentials(places, x, from, y, to, n, blocks, lanes);
        for (int c = 0; c < places.classes(); c++) {
            places.load(y, to + c * places.classStride(), block, n);
            BlockArithmetic.divide(block, block, sum, n);
            places.store(block, y, to + c * places.classStride(), n);
        }
    }

    /** x minus the logarithm of the sum of e^x. */
    public static void logProbabilities(Places places, float[] x, int from, float[] y, int to, int n, float[][] blocks,
            LaneKernels lanes) {
        float[] max = blocks[0];
        float[] log = blocks[1];
        float[] block = blocks[2];
        largest(places, x, from, n, max, block);
        sumOfExp(places, x, from, n, max, log, block, lanes);
        lanes.log(log, log, n);
        for (int c = 0; c < places.classes(); c++) {
            places.load(x, from + c * places.classStride(), block, n);
            BlockArithmetic.subtract(block, block, max, n);
            BlockArithmetic.subtract(block, block, log, n);
            places.store(block, y, to + c * places.classStride(), n);
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
        largest(places, x, from, n, max, blocks[2]);
        sumOfExp(places, x, from, n, max, log, blocks[2], lanes);
        lanes.log(log, log, n);
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
        float[] sum = blocks[1];
        float[] block = blocks[2];
        exponentials(places, x, from, y, to, n, blocks, lanes);
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
        BlockArithmetic.divide(factor, factor, sum, n);
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            places.load(y, to + c * places.classStride(), block, n);
            BlockArithmetic.multiply(block, block, factor, n);
            lanes.choose(block, valid, block, sum, n);
            places.store(block, y, to + c * places.classStride(), n);
        }
    }

    /** e^(x - max) to y, and its sum to the second block. */
    private static void exponentials(Places places, float[] x, int from, float[] y, int to, int n,
            float[][] blocks, LaneKernels lanes) {
        float[] max = blocks[0];
        float[] sum = blocks[1];
        float[] block = blocks[2];
        largest(places, x, from, n, max, block);
        Arrays.fill(sum, 0, n, 0);
        for (int c = 0; c < places.classes(); c++) {
            places.load(x, from + c * places.classStride(), block, n);
            BlockArithmetic.subtract(block, block, max, n);
            lanes.exp(block, block, n);
            BlockArithmetic.add(sum, sum, block, n);
            places.store(block, y, to + c * places.classStride(), n);
        }
    }
}
