// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.List;
import java.util.Optional;

/** An attack that sees losses alone must not beat one that sees gradients. */
record BlackBoxCheck() implements Check {

    @Override
    public String name() {
        return "black-box";
    }

    @Override
    public String explanation() {
        return "An attack that sees losses alone does more damage than this one, which sees gradients. Gradients are"
                + " masked or the attack is too weak: give it more steps and restarts, or another step size.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().filter(Facts::isWhiteBox).flatMap(facts -> {
            Optional<Facts> better = attacks.stream().filter(other -> other.isBlackBox() && other.comparable(facts))
                    .filter(other -> other.damage().tellable() && other.damage().surelyAbove(facts.damage()))
                    .findFirst();
            return better.map(other -> new Failure(facts, Checks.points(facts.damage().value()) + ", and "
                    + other.attack().name() + " " + Checks.points(other.damage().value()))).stream();
        }).toList();
    }
}
