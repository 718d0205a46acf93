// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;

/**
 * Weights drawn afresh at every step (random loss weighting, "RLW": Lin et al., "Reasonable effectiveness of random
 * weighting", 2022): the softmax of normal numbers. A control: a balancer worth its name does better. The merit is
 * {@code sum_i L_i}.
 */
public record RandomWeights() implements DrawnWeights {

    @Override
    public String name() {
        return "random";
    }

    @Override
    public double[] weights(int tasks, RandomSource random) {
        double[] weights = new double[tasks];
        double sum = 0;
        for (int i = 0; i < tasks; i++) {
            weights[i] = StrictMath.exp(random.nextGaussian());
            sum += weights[i];
        }
        for (int i = 0; i < tasks; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
