// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Arrays;

/**
 * The sum of the tasks' gradients, each brought to length 1: {@code sum_i grad L_i / |grad L_i|}. Free of the losses'
 * units; a task with a zero gradient has no part. Merit {@code sum_i log L_i}, as {@link Dgba}'s.
 */
public record UnitSum() implements GramWeights {

    @Override
    public String name() {
        return "unit";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        double[] ones = new double[gradients.size()];
        Arrays.fill(ones, 1);
        return gradients.ofUnits(ones);
    }

    @Override
    public Value merit(TaskLosses losses) {
        return new Dgba().merit(losses);
    }
}
