// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Task;
import java.util.Collections;
import java.util.List;

/**
 * One task alone: direction {@code grad L_i}, merit {@code L_i}. Other tasks suffer only from what they share with it.
 *
 * <p>The released code takes the mean over the valid pixels of the batch, not of the image. With one task that only
 * multiplies the direction of an image by a positive number, which the sign of the step drops, so there is but one
 * form.
 *
 * @param task the name of the task
 */
public record Single(String task) implements LossWeights {

    @Override
    public String name() {
        return "single:" + task;
    }

    @Override
    public boolean attends(Task candidate) {
        return candidate.name().equals(task);
    }

    @Override
    public List<Value> weights(TaskLosses losses) {
        return Collections.nCopies(losses.size(), losses.graph().fill(losses.shape(), 1));
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
