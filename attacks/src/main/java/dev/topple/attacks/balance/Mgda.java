// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;

/**
 * The multiple-gradient algorithm (Désidéri, 2012; Sener and Koltun, 2018): the shortest vector in the convex hull of
 * the tasks' gradients, found exactly. No task's loss falls along it, to first order; where no direction helps all
 * tasks it is 0. It depends on the losses' units. Merit {@code sum_i L_i}.
 */
public record Mgda() implements GramWeights {

    @Override
    public String name() {
        return "mgda";
    }

    @Override
    public double[] weights(TaskGradients gradients) {
        return Subsets.onSimplex(gradients.gram(), new double[gradients.size()]);
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
