// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;

/**
 * Projecting conflicting gradients (Yu et al., "Gradient surgery for multi-task learning", 2020): from each task's
 * gradient the part is taken that points against another's, one after the other in random order; then all are added.
 * Merit {@code sum_i L_i}.
 */
public record PcGrad() implements GramWeights {

    @Override
    public String name() {
        return "pcgrad";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        int n = gradients.size();
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            // The projected gradient of task i, in terms of all tasks' gradients.
            double[] projected = new double[n];
            projected[i] = 1;
            for (int j : gradients.random().permutation(n)) {
                double conflict = SquareMatrix.times(gradients.gram(), projected)[j];
                if (j != i && conflict < 0) {
                    projected[j] -= conflict / gradients.product(j, j);
                }
            }
            for (int j = 0; j < n; j++) {
                weights[j] += projected[j];
            }
        }
        return weights;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
