// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * A random perturbation of full size: every pixel up or down by epsilon for L-infinity, anywhere at distance epsilon for
 * L2. No attack but a control: what does not do more damage than this is none. It asks the model nothing.
 */
public record Noise() implements StepRule {

    @Override
    public String name() {
        return "noise";
    }

    @Override
    public int steps() {
        return 1;
    }

    @Override
    public OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.of(budget.epsilon());
    }

    @Override
    public boolean randomStart() {
        return true;
    }

    @Override
    public boolean usesDirection() {
        return false;
    }

    @Override
    public boolean keepsBest() {
        return false;
    }

    @Override
    public Value next(Step at) {
        return around(at.clean(), at.keys(), at.budget());
    }

    /**
     * Images with noise, not yet limited to [0, 1].
     *
     * @param clean {@code [N, C, H, W]}
     * @param keys a random key per image, i32 {@code [N, 2]}
     */
    public static Value around(Value clean, Value keys, Budget budget) {
        int[] dims = clean.shape().dims();
        Value anywhere = RandomOp.normal(keys, Shape.of(Arrays.copyOfRange(dims, 1, dims.length)), 0);
        return clean.plus(budget.steepest(anywhere).times(budget.epsilon()));
    }
}
