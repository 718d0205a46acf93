// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Value;
import java.util.OptionalDouble;

/** One step of size epsilon from the clean image (Goodfellow et al., 2015); the result is where it ends. */
public record Fgsm() implements StepRule {

    @Override
    public String name() {
        return "fgsm";
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
    public boolean keepsBest() {
        return false;
    }

    @Override
    public Value next(Step at) {
        return at.iterate().plus(at.budget().steepest(at.direction()).times(at.budget().epsilon()));
    }
}
