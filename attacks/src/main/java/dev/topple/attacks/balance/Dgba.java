// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The Dynamic Gradient Balancing Attack (Zhang et al., arXiv 2305.12066): direction {@code sum_i grad L_i / L_i}, each
 * loss taken of the image at the present iterate; merit {@code sum_i log L_i}, whose gradient the direction is. The
 * units of the losses cancel.
 *
 * <p>The weights are {@code L_r / L_i} times a power of two, where r is the first task that takes part and the power
 * of two, at most 1, brings the largest weight of the image into [1, 2). An image's common factor changes no sign; this
 * one is chosen so that huge ratios stay finite, a single task has weight exactly 1, and a loss that is rescaled by a
 * power of two changes no bit of the direction but the common power of two.
 *
 * <p>The released code divides by zero where a loss is 0; {@link ReleasedDgba} does, too. Here a loss of {@link #FLOOR}
 * or less counts as 0: the task has weight 0 in that image, and in the merit it stands with {@code log FLOOR}, so that
 * the merit is finite and grows with the loss. Tasks without a valid pixel have no term in the merit.
 */
public record Dgba() implements LossWeights {

    /** The loss, 2^-100, that counts as 0: far below what a float32 mean over pixels resolves. */
    public static final float FLOOR = 0x1p-100f;

    @Override
    public String name() {
        return "dgba";
    }

    @Override
    public Value takesPart(TaskLosses losses, int task) {
        return losses.present(task).and(losses.loss(task).compare(Relation.GREATER, FLOOR));
    }

    @Override
    public List<Value> weights(TaskLosses losses) {
        Graph graph = losses.graph();
        Value zero = graph.fill(Shape.scalar(), 0);
        Value reference = graph.fill(losses.shape(), 1);
        for (int task = losses.size() - 1; task >= 0; task--) {
            reference = takesPart(losses, task).choose(losses.loss(task), reference);
        }
        Value most = graph.fill(Shape.scalar(), Float.MAX_VALUE);
        Value largest = graph.fill(losses.shape(), 1);
        List<Value> ratios = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            Value ratio = takesPart(losses, task).choose(reference.dividedBy(losses.loss(task)).min(most), zero);
            ratios.add(ratio);
            largest = largest.max(ratio);
        }
        Value scale = powerOfTwoBelow(largest);
        return ratios.stream().map(ratio -> ratio.times(scale)).toList();
    }

    /** For numbers of at least 1 the power of two that brings them into [1, 2), one bit of the exponent at a time. */
    private static Value powerOfTwoBelow(Value number) {
        Graph graph = number.graph();
        Value scale = graph.fill(number.shape(), 1);
        for (int bits = 64; bits >= 1; bits /= 2) {
            Value tooLarge = number.times(scale).compare(Relation.GREATER_OR_EQUAL, Math.scalb(1.0, bits));
            scale = tooLarge.choose(scale.times(Math.scalb(1.0, -bits)), scale);
        }
        return scale;
    }

    @Override
    public Value merit(TaskLosses losses) {
        Graph graph = losses.graph();
        Value zero = graph.fill(Shape.scalar(), 0);
        Value floor = graph.fill(Shape.scalar(), FLOOR);
        return losses.sum(task -> losses.valid(task).choose(losses.loss(task).max(floor).log(), zero));
    }

    /** The term of one task in the merit, on the host. */
    public static double logLoss(double loss) {
        return StrictMath.log(Math.max(loss, FLOOR));
    }
}
