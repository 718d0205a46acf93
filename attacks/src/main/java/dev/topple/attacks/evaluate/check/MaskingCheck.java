// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.List;
import java.util.Optional;

/** Gradients that lead nowhere on a loss that can be raised. */
record MaskingCheck() implements Check {

    private static final double BARELY = 0.01;

    @Override
    public String name() {
        return "masking";
    }

    @Override
    public String explanation() {
        return "The first step along the gradient raised the loss by less than a hundredth of what an attack without"
                + " gradients reached: the model's gradients are masked, and attacks that follow them understate what"
                + " can be done to it.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().filter(Facts::isWhiteBox).flatMap(facts -> {
            Optional<Facts> better = attacks.stream().filter(other -> other.isBlackBox() && other.comparable(facts))
                    .filter(other -> other.rise() > 0 && !(facts.firstRise() >= BARELY * other.rise())
                            && !(facts.rise() >= other.rise()))
                    .findFirst();
            return better.map(other -> new Failure(facts, "the first step raised the merit by "
                    + Checks.points(facts.firstRise()) + ", " + other.attack().name() + " by "
                    + Checks.points(other.rise()))).stream();
        }).toList();
    }
}
