// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import java.util.List;

/**
 * Keeps what an evaluation has done, so that one that was killed goes on where it was and ends with the same bits.
 *
 * <p>A store answers for it that what it gives back was computed with the same model, plan, seed and device as
 * now: the evaluation cannot know. That the images are still the same, the evaluation checks itself, by their
 * fingerprints; outcomes of others are dropped and computed anew.
 */
public interface ProgressStore {

    /** Keeps nothing. */
    ProgressStore NONE = new ProgressStore() {
        @Override
        public List<BatchOutcome> load(Plan plan) {
            return List.of();
        }

        @Override
        public void save(Plan plan, BatchOutcome outcome) {
            // What nobody will ask for need not be kept.
        }
    };

    /** What was saved for a plan, in any order. Asked once, when the plan's turn comes. */
    List<BatchOutcome> load(Plan plan);

    /** Saves a batch. When this returns, a kill does not lose it. */
    void save(Plan plan, BatchOutcome outcome);
}
