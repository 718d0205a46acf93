// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Arrays;

/**
 * Impartial multi-task learning, the part for gradients (Liu et al., 2021, "IMTL-G"): the combination, weights of sum
 * 1, that has the same projection onto every task's gradient. A weight may be negative. Free of the losses' units. Where
 * there is no such combination with a sum above 0, the tasks count as in {@link UnitSum}. Merit {@code sum_i log L_i}.
 */
public record ImtlG() implements GramWeights {

    @Override
    public String name() {
        return "imtl-g";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        double[] ones = new double[gradients.size()];
        Arrays.fill(ones, 1);
        double[] weights = gradients.ofUnits(
                SquareMatrix.Eigen.of(gradients.cosines()).apply(value -> 1 / value, ones));
        double sum = Arrays.stream(weights).sum();
        double size = Arrays.stream(weights).map(Math::abs).sum();
        if (!(sum > 1e-9 * size)) {
            return new UnitSum().weights(gradients);
        }
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    @Override
    public Value merit(TaskLosses losses) {
        return new Dgba().merit(losses);
    }
}
