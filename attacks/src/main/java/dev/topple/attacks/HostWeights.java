// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.DrawnWeights;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.balance.TaskGradients;
import dev.topple.engine.Executable;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The weights of a step that the host decides on, floats {@code [N, T]} for the program that uses them. */
final class HostWeights {

    private HostWeights() {}

    /** Weights that nobody has to look for. */
    static Tensor of(DrawnWeights balancer, int rows, int tasks, IntFunction<RandomSource> random) {
        float[] weights = new float[rows * tasks];
        for (int row = 0; row < rows; row++) {
            double[] drawn = balancer.weights(tasks, random.apply(row));
            for (int task = 0; task < tasks; task++) {
                weights[row * tasks + task] = (float) drawn[task];
            }
        }
        return Tensor.of(Shape.of(rows, tasks), weights);
    }

    /**
     * Weights of the scaled gradients that the first half of a step left on the device; an image's largest has size 1,
     * so that none is too large or too small for float32.
     */
    static Tensor of(GramWeights balancer, Executable measured, int tasks, IntFunction<RandomSource> random) {
        float[][] losses = fetch(measured, "loss.", tasks);
        float[][] scales = fetch(measured, "scale.", tasks);
        float[][] takesPart = fetch(measured, "takesPart.", tasks);
        float[][][] gram = new float[tasks][][];
        for (int i = 0; i < tasks; i++) {
            gram[i] = fetch(measured, "gram." + i + ".", i + 1);
        }
        int rows = losses[0].length;
        float[] weights = new float[rows * tasks];
        for (int n = 0; n < rows; n++) {
            int row = n;
            int[] present = IntStream.range(0, tasks).filter(i -> takesPart[i][row] > 0).toArray();
            double[] found = image(balancer, present, row, losses, scales, gram, random);
            for (int i = 0; i < present.length; i++) {
                weights[row * tasks + present[i]] = (float) found[i];
            }
        }
        return Tensor.of(Shape.of(rows, tasks), weights);
    }

    /** Weights of the gradients themselves from those of the scaled ones, each image's largest brought to size 1. */
    static Tensor unscaled(Tensor scaled, Executable measured, int tasks) {
        float[][] scales = fetch(measured, "scale.", tasks);
        float[] weights = scaled.floats().clone();
        for (int row = 0; row < weights.length / tasks; row++) {
            double most = 0;
            double[] each = new double[tasks];
            for (int task = 0; task < tasks; task++) {
                each[task] = scales[task][row] == 0 ? 0 : (double) weights[row * tasks + task] / scales[task][row];
                most = Math.max(most, Math.abs(each[task]));
            }
            for (int task = 0; task < tasks; task++) {
                weights[row * tasks + task] = (float) (most > 0 ? each[task] / most : 0);
            }
        }
        return Tensor.of(scaled.shape(), weights);
    }

    private static double[] image(GramWeights balancer, int[] present, int row, float[][] losses, float[][] scales,
            float[][][] gram, IntFunction<RandomSource> random) {
        int n = present.length;
        double[] weights = new double[n];
        // Where a gradient is not finite, the direction shall show it.
        Arrays.fill(weights, 1);
        double largest = Arrays.stream(present).mapToDouble(i -> scales[i][row]).max().orElse(0);
        if (!(largest > 0) || !(largest <= Float.MAX_VALUE)) {
            return weights;
        }
        double[] lengths = Arrays.stream(present).mapToDouble(i -> scales[i][row] / largest).toArray();
        double[][] products = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int high = Math.max(present[i], present[j]);
                int low = Math.min(present[i], present[j]);
                products[i][j] = gram[high][low][row] * lengths[i] * lengths[j];
                if (!Double.isFinite(products[i][j])) {
                    return weights;
                }
            }
        }
        double[] values = Arrays.stream(present).mapToDouble(i -> losses[i][row]).toArray();
        double[] found = balancer.weights(new TaskGradients(values, products, random.apply(row)));
        double most = 0;
        for (int i = 0; i < n; i++) {
            weights[i] = found[i] * lengths[i];
            most = Math.max(most, Math.abs(weights[i]));
        }
        for (int i = 0; i < n && most > 0; i++) {
            weights[i] /= most;
        }
        return weights;
    }

    private static float[][] fetch(Executable program, String prefix, int count) {
        float[][] values = new float[count][];
        for (int i = 0; i < count; i++) {
            values[i] = program.fetch(prefix + i).floats();
        }
        return values;
    }
}
