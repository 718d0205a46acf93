// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The weighted gradient descent of Ghamizi et al., "Adversarial robustness in multi-task learning: promises and
 * illusions" (AAAI 2022): direction {@code sum_i grad L_i / L_i(x0)}, each loss in units of its own at the clean image
 * x0; merit {@code sum_i L_i / L_i(x0)}. {@link Dgba} takes the loss at the present iterate instead.
 *
 * <p>A task whose clean loss is {@link Dgba#FLOOR} or less has weight 0 in that image.
 */
public record Wgd() implements LossWeights {

    @Override
    public String name() {
        return "wgd";
    }

    @Override
    public Value takesPart(TaskLosses losses, int task) {
        return losses.present(task).and(measurable(losses, task));
    }

    private static Value measurable(TaskLosses losses, int task) {
        Value clean = losses.cleanLosses().get(task);
        return clean.compare(Relation.GREATER, Dgba.FLOOR)
                .and(clean.compare(Relation.LESS_OR_EQUAL, Float.MAX_VALUE));
    }

    /** The smallest clean loss of the image over that of the task, so at most 1. */
    @Override
    public List<Value> weights(TaskLosses losses) {
        Value smallest = losses.graph().fill(losses.shape(), Float.MAX_VALUE);
        for (int task = 0; task < losses.size(); task++) {
            smallest = measurable(losses, task).choose(losses.cleanLosses().get(task).min(smallest), smallest);
        }
        List<Value> weights = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            weights.add(smallest.dividedBy(losses.cleanLosses().get(task)));
        }
        return weights;
    }

    @Override
    public Value merit(TaskLosses losses) {
        Value zero = losses.graph().fill(Shape.scalar(), 0);
        Value most = losses.graph().fill(Shape.scalar(), Float.MAX_VALUE / (2f * losses.size()));
        return losses.sum(task -> takesPart(losses, task).choose(
                losses.loss(task).dividedBy(losses.cleanLosses().get(task)).min(most), zero));
    }
}
