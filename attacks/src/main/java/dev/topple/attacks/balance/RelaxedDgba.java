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
 * {@link Dgba} with two knobs, to study how much its weights matter: direction {@code sum_i grad L_i / (L_i + s)^p}.
 * With {@code p = 1} and {@code s = 0} it is DGBA (but for an image's common factor), with {@code p = 0} the plain sum;
 * above 1 the task with the smallest loss counts most. The merit is what the direction is the gradient of:
 * {@code sum_i log(L_i + s)}, or {@code sum_i (L_i + s)^(1 - p) / (1 - p)}.
 *
 * @param exponent p, from 0 to 4
 * @param smoothing s in the unit of the losses, at least 0
 */
public record RelaxedDgba(double exponent, double smoothing) implements LossWeights {

    private static final double LARGEST = 4;

    public RelaxedDgba {
        if (!(exponent >= 0 && exponent <= LARGEST)) {
            throw new IllegalArgumentException("balancer 'dgba': the exponent must be from 0 to 4, not " + exponent);
        }
        if (!(smoothing >= 0 && smoothing <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("balancer 'dgba': the smoothing must be at least 0, not " + smoothing);
        }
    }

    @Override
    public String name() {
        String power = exponent == 1 ? "" : ":exponent=" + exponent;
        return "dgba" + power + (smoothing == 0 && exponent != 1 ? "" : ":smoothing=" + smoothing);
    }

    @Override
    public Value takesPart(TaskLosses losses, int task) {
        return losses.present(task).and(losses.loss(task).compare(Relation.GREATER, Dgba.FLOOR));
    }

    /** The smallest smoothed loss of the image over that of the task, to the power p, so at most 1. */
    @Override
    public List<Value> weights(TaskLosses losses) {
        Value smallest = losses.graph().fill(losses.shape(), Float.MAX_VALUE);
        for (int task = 0; task < losses.size(); task++) {
            smallest = takesPart(losses, task).choose(smoothed(losses, task).min(smallest), smallest);
        }
        List<Value> weights = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            weights.add(smallest.dividedBy(smoothed(losses, task)).power(exponent));
        }
        return weights;
    }

    private Value smoothed(TaskLosses losses, int task) {
        return losses.loss(task).max(losses.graph().fill(Shape.scalar(), Dgba.FLOOR)).plus(smoothing);
    }

    @Override
    public Value merit(TaskLosses losses) {
        Graph graph = losses.graph();
        Value zero = graph.fill(Shape.scalar(), 0);
        Value most = graph.fill(Shape.scalar(), Float.MAX_VALUE / (2f * losses.size()));
        return losses.sum(task -> losses.valid(task).choose(potential(smoothed(losses, task), most), zero));
    }

    private Value potential(Value loss, Value most) {
        if (exponent == 1) {
            return loss.log();
        }
        return loss.power(1 - exponent).dividedBy(1 - exponent).min(most).max(most.negate());
    }
}
