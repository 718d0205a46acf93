// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import java.nio.file.Path;
import java.util.Map;

/** Is told how training goes, on the thread that trains. What it throws ends the training. */
public interface TrainingListener {

    /** A checkpoint was found; so many steps are done already. */
    default void resumed(int step) {}

    /** A step was done. */
    default void step(TrainingProgress progress) {}

    /**
     * The images that judge were predicted after so many steps.
     *
     * @param losses the mean loss of each task
     * @param best whether the weights are the best so far
     */
    default void validated(int step, Map<String, Double> losses, boolean best) {}

    /** A checkpoint was written after so many steps. The device holds exactly what it says. */
    default void checkpoint(int step, Path file) {}

    /** One that does nothing. */
    static TrainingListener silent() {
        return new TrainingListener() {};
    }
}
