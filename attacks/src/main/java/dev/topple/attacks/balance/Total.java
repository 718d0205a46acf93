// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.Collections;
import java.util.List;

/**
 * The plain sum of the losses ("TOTAL" in Zhang et al., arXiv 2305.12066): direction {@code sum_i grad L_i}, merit
 * {@code sum_i L_i}. The task with the largest gradients, so the units of the losses, decide. Each loss is the mean
 * over the image's own valid pixels; {@link ReleasedTotal} takes it over those of the batch.
 */
public record Total() implements LossWeights {

    @Override
    public String name() {
        return "total";
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
