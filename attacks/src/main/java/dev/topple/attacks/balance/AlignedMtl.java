// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Arrays;

/**
 * Aligned-MTL (Senushkin et al., 2023): the nearest matrix to that of the tasks' gradients whose principal directions
 * all have the same length, that of the shortest; then the mean of its columns. In weights:
 * {@code sqrt(smallest) V values^(-1/2) V^T 1 / T} for the eigenvalues (those above 0) of the Gram matrix. Merit
 * {@code sum_i log L_i}.
 */
public record AlignedMtl() implements GramWeights {

    @Override
    public String name() {
        return "aligned";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        SquareMatrix.Eigen eigen = SquareMatrix.Eigen.of(gradients.gram());
        double least = 1e-12 * eigen.largest();
        double smallest = Arrays.stream(eigen.values()).filter(value -> value > least).min().orElse(0);
        double[] mean = new double[gradients.size()];
        Arrays.fill(mean, 1.0 / mean.length);
        return eigen.apply(value -> Math.sqrt(smallest / value), mean);
    }

    @Override
    public Value merit(TaskLosses losses) {
        return new Dgba().merit(losses);
    }
}
