// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** More steps must not mean less damage. */
record MoreStepsCheck() implements Check {

    @Override
    public String name() {
        return "monotone-steps";
    }

    @Override
    public String explanation() {
        return "With more steps the attack does less damage: it walks past what it had found. Take a smaller step, or"
                + " an attack that keeps its best iterate, pgd or apgd.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().flatMap(facts -> {
            Optional<Facts> shorter = attacks.stream().filter(other -> other.sameButForSteps(facts)
                    && other.attack().rule().steps() < facts.attack().rule().steps())
                    .filter(other -> other.damage().tellable() && other.damage().surelyAbove(facts.damage()))
                    .max(Comparator.comparingDouble(other -> other.damage().value()));
            return shorter.map(other -> new Failure(facts, Checks.points(facts.damage().value()) + " with "
                    + facts.attack().rule().steps() + " steps, and " + Checks.points(other.damage().value()) + " with "
                    + other.attack().rule().steps())).stream();
        }).toList();
    }
}
