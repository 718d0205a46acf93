// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.ArrayList;
import java.util.List;

/** What becomes of the budget and of the perturbation in files of 8 bits a channel. */
record RoundingCheck() implements Check {

    @Override
    public String name() {
        return "rounding";
    }

    @Override
    public String explanation() {
        return "Saved as pictures of 8 bits a channel, the attacked images would leave the budget or lose all of the"
                + " perturbation. --quantize makes images that keep both, and measures those.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        List<Failure> failures = new ArrayList<>();
        for (Facts facts : attacks) {
            List<String> words = new ArrayList<>();
            if (facts.counts().roundedOutOfBudget() > 0) {
                words.add(Checks.share(facts.counts().roundedOutOfBudget(), facts.images()) + " out of budget");
            }
            if (facts.counts().roundedAway() > 0) {
                words.add(Checks.share(facts.counts().roundedAway(), facts.images()) + " unchanged");
            }
            if (!words.isEmpty()) {
                failures.add(new Failure(facts, String.join(", ", words)));
            }
        }
        return failures;
    }
}
