// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.List;

/** The image that an attack gives out must not be worse than one that it had. */
record FinalIterateCheck() implements Check {

    /** Of the images. */
    private static final double MANY = 0.1;

    @Override
    public String name() {
        return "final-iterate";
    }

    @Override
    public String explanation() {
        return "The attack gives out its last iterate, and on more than a tenth of the images an earlier one had raised"
                + " the loss clearly more. Take a smaller step, or an attack that keeps its best iterate, pgd or apgd.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().filter(facts -> !facts.isNoise())
                .filter(facts -> facts.counts().belowBest() > MANY * facts.images())
                .map(facts -> new Failure(facts, Checks.share(facts.counts().belowBest(), facts.images())))
                .toList();
    }
}
