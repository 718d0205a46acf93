// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.ArrayList;
import java.util.List;

/** Gradients that say nothing: 0 everywhere, NaN or infinite. */
record GradientsCheck() implements Check {

    @Override
    public String name() {
        return "gradients";
    }

    @Override
    public String explanation() {
        return "At some steps the gradient was 0 at every pixel, or NaN or infinite at some. There the attack was"
                + " blind, which says nothing of the model's strength: look for saturated or rounded values in the model, or"
                + " attack it with square or nes, which need no gradients.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        List<Failure> failures = new ArrayList<>();
        for (Facts facts : attacks) {
            int zero = facts.isWhiteBox() ? facts.counts().zeroGradients() : 0;
            int undefined = facts.counts().undefinedGradients();
            List<String> words = new ArrayList<>();
            if (zero > 0) {
                words.add("0 in " + Checks.share(zero, facts.images()));
            }
            if (undefined > 0) {
                words.add("NaN or infinite in " + Checks.share(undefined, facts.images()));
            }
            if (!words.isEmpty()) {
                failures.add(new Failure(facts, String.join(", ", words)));
            }
        }
        return failures;
    }
}
