// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.List;

/** Looks for one thing that should make people distrust an evaluation. */
interface Check {

    /** The name in results. */
    String name();

    /** What a failure means and what to do about it, in a sentence or two. */
    String explanation();

    /** What is wrong with each attack that fails. */
    List<Failure> failures(List<Facts> attacks);

    /**
     * An attack that fails.
     *
     * @param attack which
     * @param finding what was seen, in a few words
     */
    record Failure(Facts attack, String finding) {}
}
