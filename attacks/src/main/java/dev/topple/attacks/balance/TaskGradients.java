// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.random.RandomSource;

/**
 * The gradients of one image's tasks, as far as {@link GramWeights} sees them. The arrays belong to the receiver.
 *
 * @param losses the loss of each task
 * @param gram the inner product of each pair of gradients, symmetric, one row per task
 * @param random random numbers of this image, walk and step alone
 */
public record TaskGradients(double[] losses, double[][] gram, RandomSource random) {

    /** How many tasks there are. */
    public int size() {
        return losses.length;
    }

    /** The inner product of two gradients. */
    public double product(int i, int j) {
        return gram[i][j];
    }

    /** The length of a gradient. */
    public double length(int i) {
        return Math.sqrt(Math.max(gram[i][i], 0));
    }

    /** The cosine of each pair of gradients; those of a zero gradient are 0, but for 1 with itself. */
    public double[][] cosines() {
        double[][] cosines = new double[size()][size()];
        for (int i = 0; i < size(); i++) {
            for (int j = 0; j < size(); j++) {
                boolean defined = length(i) > 0 && length(j) > 0;
                cosines[i][j] = i == j ? 1 : defined ? gram[i][j] / length(i) / length(j) : 0;
            }
        }
        return cosines;
    }

    /** Weights of the gradients from those of the gradients at length 1; a zero gradient has none. */
    double[] ofUnits(double[] weights) {
        double[] each = new double[size()];
        for (int i = 0; i < each.length; i++) {
            each[i] = length(i) > 0 ? weights[i] / length(i) : 0;
        }
        return each;
    }

    /** The sum of all squared lengths. */
    public double trace() {
        double trace = 0;
        for (int i = 0; i < size(); i++) {
            trace += gram[i][i];
        }
        return trace;
    }
}
