// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.engine.graph.Value;

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
    public boolean keepsBest() {
        return false;
    }

    @Override
    public Value next(Step at) {
        return at.iterate().plus(at.budget().steepest(at.direction()).times(at.budget().epsilon()));
    }
}
