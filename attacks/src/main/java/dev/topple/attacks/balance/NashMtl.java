// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Arrays;

/**
 * Multi-task learning as a bargaining game (Navon et al., 2022): the weights with {@code G w = 1 / w}, at which no task
 * can gain by a larger share than others lose. They make the convex {@code w^T G w / 2 - sum_i log w_i} smallest, which
 * Newton's method does here. Free of the losses' units. Merit {@code sum_i log L_i}.
 *
 * <p>It is solved for gradients of length 1, with a millionth added to the diagonal, so that opposite gradients have a
 * solution.
 */
public record NashMtl() implements GramWeights {

    private static final int ROUNDS = 100;
    private static final double RIDGE = 1e-6;

    @Override
    public String name() {
        return "nash";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        int n = gradients.size();
        double[] w = new double[n];
        Arrays.fill(w, 1);
        double[][] g = SquareMatrix.scaled(gradients.cosines(), 1, RIDGE);
        for (int round = 0; round < ROUNDS; round++) {
            double[] slope = SquareMatrix.times(g, w);
            double[][] curvature = SquareMatrix.scaled(g, 1, 0);
            for (int i = 0; i < n; i++) {
                slope[i] -= 1 / w[i];
                curvature[i][i] += 1 / (w[i] * w[i]);
            }
            double[] step = SquareMatrix.solve(curvature, slope);
            double decrement = 0;
            for (int i = 0; i < n; i++) {
                decrement += slope[i] * step[i];
            }
            if (!(decrement > 1e-24)) {
                break;
            }
            // The barrier is self-concordant: this damping never leaves w > 0, and becomes a full step near the end.
            double damping = 1 / (1 + Math.sqrt(decrement));
            for (int i = 0; i < n; i++) {
                w[i] -= damping * step[i];
            }
        }
        return gradients.ofUnits(w);
    }

    @Override
    public Value merit(TaskLosses losses) {
        return new Dgba().merit(losses);
    }
}
