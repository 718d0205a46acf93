// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;

/**
 * The images of an iterate and what the model makes of them; to be used only while the method of {@link TraceSink} runs
 * that got it.
 */
public interface Sight {

    /** Which walk, from 0. */
    int walk();

    /** How many steps of the walk are done. */
    int step();

    /** The images, floats {@code [N, 3, H, W]}. */
    Tensor images();

    /** A task's predictions for them; copied from the device when it is asked for. */
    Tensor prediction(Task task);
}
