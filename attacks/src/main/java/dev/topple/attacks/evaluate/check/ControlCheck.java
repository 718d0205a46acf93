// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.List;

/** An attack must do more damage than random noise of the same size. */
record ControlCheck() implements Check {

    @Override
    public String name() {
        return "control";
    }

    @Override
    public String explanation() {
        return "To the tasks that it attacks, the attack does not surely do more damage than random noise of the same"
                + " size does. Either it does not work (too few steps, a step size that does not fit, gradients that"
                + " mislead), or there are too few images to tell.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().filter(facts -> !facts.isNoise() && !facts.attack().aim().targeted())
                .filter(facts -> facts.control().isPresent()
                        && !facts.damage().surelyAbove(facts.control().orElseThrow()))
                .map(facts -> new Failure(facts, Checks.points(facts.damage().value()) + " against "
                        + Checks.points(facts.control().orElseThrow().value()) + " of noise"))
                .toList();
    }
}
