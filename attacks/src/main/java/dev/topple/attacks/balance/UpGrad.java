// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;

/**
 * UPGrad (Quinton and Rey, "Jacobian descent for multi-objective optimization", 2024): each task's gradient is projected
 * onto the cone of directions that no task's gradient points against; then the mean of all. No loss falls along it, to
 * first order. Merit {@code sum_i L_i}.
 *
 * <p>As published, the Gram matrix is divided by its trace and gets 1e-4 on the diagonal.
 */
public record UpGrad() implements GramWeights {

    private static final double RIDGE = 1e-4;

    @Override
    public String name() {
        return "upgrad";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        int n = gradients.size();
        double trace = gradients.trace();
        double[][] gram = SquareMatrix.scaled(gradients.gram(), trace > 0 ? 1 / trace : 0, RIDGE);
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            double[] unit = new double[n];
            unit[i] = 1;
            double[] projected = Subsets.above(unit, gram);
            for (int j = 0; j < n; j++) {
                weights[j] += projected[j] / n;
            }
        }
        return weights;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
