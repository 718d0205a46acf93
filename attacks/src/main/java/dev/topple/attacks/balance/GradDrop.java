// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * At every element the gradients of one sign alone: that of the sum of all (Chen et al., "Just pick a sign: optimizing
 * deep multitask models with gradient sign dropout", 2020, who draw the sign with the probability
 * {@code (1 + sum_i g_i / sum_i |g_i|) / 2}; this form takes the likelier one, so that it is the same every time). Where
 * both are equally likely nothing moves. The merit is {@code sum_i L_i}.
 */
public record GradDrop() implements Pixelwise {

    @Override
    public String name() {
        return "graddrop";
    }

    @Override
    public Value combine(TaskLosses losses, List<Value> gradients) {
        Value total = sum(gradients);
        Value up = total.compare(Relation.GREATER, 0);
        Value down = total.compare(Relation.LESS, 0);
        Value zero = total.graph().fill(Shape.scalar(), 0);
        Value gains = sum(gradients.stream().map(gradient -> gradient.max(zero)).toList());
        Value falls = sum(gradients.stream().map(gradient -> gradient.min(zero)).toList());
        return up.choose(gains, down.choose(falls, total));
    }

    private static Value sum(List<Value> values) {
        Value sum = values.get(0);
        for (Value value : values.subList(1, values.size())) {
            sum = sum.plus(value);
        }
        return sum;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
