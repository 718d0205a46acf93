// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/** Is told how far an evaluation is. */
@FunctionalInterface
public interface EvaluationListener {

    /**
     * Called when a stage begins and after each of its batches.
     *
     * @param stage {@code clean}, or the name of a plan, with its budget where there are several
     * @param index which stage, from 0
     * @param stages how many stages there are
     * @param done how many images of this stage are done; where a stage begins, those that an earlier run did
     * @param images how many there are
     */
    void progress(String stage, int index, int stages, int done, int images);
}
