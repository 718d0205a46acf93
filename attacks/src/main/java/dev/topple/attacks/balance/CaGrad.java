// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Arrays;

/**
 * Conflict-averse gradient descent (Liu et al., 2021): of all directions within {@code c |g0|} of the mean gradient g0
 * the one that helps the least helped task most, {@code d = g0 + c |g0| g_w / |g_w|}, where w on the simplex makes
 * {@code g_w . g0 + c |g0| |g_w|} smallest. Merit {@code sum_i L_i}.
 *
 * @param c how far from the mean, from 0 (the mean itself) to below 1; published 0.5
 */
public record CaGrad(double c) implements GramWeights {

    /** The published distance. */
    public static final double PUBLISHED = 0.5;

    private static final int ROUNDS = 200;

    public CaGrad {
        if (!(c >= 0 && c < 1)) {
            throw new IllegalArgumentException("balancer 'cagrad': c must be at least 0 and below 1, not " + c);
        }
    }

    @Override
    public String name() {
        return c == PUBLISHED ? "cagrad" : "cagrad:c=" + c;
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        int n = gradients.size();
        double[] mean = new double[n];
        Arrays.fill(mean, 1.0 / n);
        double[] w = inner(gradients.gram(), mean);
        double ofMean = Math.sqrt(Math.max(SquareMatrix.form(gradients.gram(), mean, mean), 0));
        double length = Math.sqrt(Math.max(SquareMatrix.form(gradients.gram(), w, w), 0));
        double factor = length > 1e-12 * Math.sqrt(gradients.trace()) ? c * ofMean / length : 0;
        for (int i = 0; i < n; i++) {
            mean[i] += factor * w[i];
        }
        return mean;
    }

    /**
     * The root of a quadratic form lies below each of its tangents in the form; the best weights for a tangent give the
     * next one, and the values only fall.
     */
    private double[] inner(double[][] gram, double[] mean) {
        double radius = c * Math.sqrt(Math.max(SquareMatrix.form(gram, mean, mean), 0));
        double[] linear = SquareMatrix.times(gram, mean);
        double[] w = mean;
        double value = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            double length = Math.sqrt(Math.max(SquareMatrix.form(gram, w, w), 0));
            double now = SquareMatrix.form(gram, w, mean) + radius * length;
            if (!(now < value - 1e-15 * Math.abs(now)) || length == 0) {
                break;
            }
            value = now;
            w = Subsets.onSimplex(SquareMatrix.scaled(gram, radius / length, 0), linear);
        }
        return w;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
