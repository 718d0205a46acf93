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
 * Pushes the task that is broken least: climbs a smooth minimum of the log relative losses,
 * {@code -mu log sum_i exp(-r_i / mu)} with {@code r_i = log(L_i / L_i(x0))}, which is the merit, too. It is the smooth
 * Tchebycheff scalarisation (Lin et al., 2024) turned round for an attack, which wants the smallest of its gains large.
 * Large mu gives the direction of {@link Dgba}, small mu that of the least broken task alone.
 *
 * <p>Tasks without a measurable clean loss take no part, as with {@link Wgd}.
 *
 * @param mu the temperature, from 0.01 to 100
 */
public record SoftMin(double mu) implements LossWeights {

    public SoftMin {
        if (!(mu >= 0.01 && mu <= 100)) {
            throw new IllegalArgumentException("balancer 'softmin': mu must be from 0.01 to 100, not " + mu);
        }
    }

    @Override
    public String name() {
        return mu == 1 ? "softmin" : "softmin:mu=" + mu;
    }

    @Override
    public Value takesPart(TaskLosses losses, int task) {
        return new Wgd().takesPart(losses, task).and(new Dgba().takesPart(losses, task));
    }

    @Override
    public List<Value> weights(TaskLosses losses) {
        List<Value> ofDgba = new Dgba().weights(losses);
        List<Value> shares = exponentials(losses, least(losses));
        List<Value> weights = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            weights.add(ofDgba.get(task).times(shares.get(task)));
        }
        return weights;
    }

    @Override
    public Value merit(TaskLosses losses) {
        Value least = least(losses);
        List<Value> exponentials = exponentials(losses, least);
        Value one = losses.graph().fill(Shape.scalar(), 1);
        // Without any task that takes part the sum is 0, and so shall the merit be.
        return least.minus(losses.sum(exponentials::get).max(one).log().times(mu));
    }

    /** {@code exp(-(r_i - r_least) / mu)}, at most 1; 0 where the task takes no part. */
    private List<Value> exponentials(TaskLosses losses, Value least) {
        Value zero = losses.graph().fill(Shape.scalar(), 0);
        List<Value> exponentials = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            Value excess = relative(losses, task).minus(least);
            exponentials.add(takesPart(losses, task).choose(excess.dividedBy(-mu).exp(), zero));
        }
        return exponentials;
    }

    private Value least(TaskLosses losses) {
        Graph graph = losses.graph();
        Value none = graph.fill(losses.shape(), Float.MAX_VALUE);
        Value least = none;
        Value any = graph.fill(losses.shape(), 0);
        for (int task = 0; task < losses.size(); task++) {
            Value takesPart = takesPart(losses, task);
            least = takesPart.choose(relative(losses, task).min(least), least);
            any = takesPart.choose(graph.fill(losses.shape(), 1), any);
        }
        return any.compare(Relation.GREATER, 0)
                .choose(least, graph.fill(losses.shape(), 0));
    }

    private static Value relative(TaskLosses losses, int task) {
        Value floor = losses.graph().fill(Shape.scalar(), Dgba.FLOOR);
        return losses.loss(task).max(floor).log().minus(losses.cleanLosses().get(task).max(floor).log());
    }
}
