// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.Pixelwise;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The balanced direction at an iterate, in the graph; the one place that knows the kinds of balancers. */
final class Directions {

    private Directions() {}

    /**
     * The direction, {@code [N, C, H, W]}.
     *
     * @param losses at the iterate
     * @param iterate what the losses were computed from
     */
    static Value of(Balancer balancer, TaskLosses losses, Value iterate) {
        return switch (balancer) {
            case LossWeights weights -> weighted(weights, losses, iterate);
            case Pixelwise pixelwise -> combined(pixelwise, losses, iterate);
            default -> throw new IllegalArgumentException("balancer '" + balancer.name() + "' is of no known kind");
        };
    }

    private static Value weighted(LossWeights balancer, TaskLosses losses, Value iterate) {
        Value zero = iterate.graph().fill(Shape.scalar(), 0);
        List<Value> weights = balancer.weights(losses);
        List<Value> seeds = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            seeds.add(balancer.takesPart(losses, task).choose(weights.get(task), zero));
        }
        return Gradients.of(losses.losses(), seeds, List.of(iterate)).get(0);
    }

    private static Value combined(Pixelwise balancer, TaskLosses losses, Value iterate) {
        Value zero = iterate.graph().fill(Shape.scalar(), 0);
        List<Value> gradients = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            Value gradient = Gradients.of(losses.loss(task), iterate);
            Value takesPart = balancer.takesPart(losses, task).reshape(perImage(iterate.shape()));
            gradients.add(takesPart.choose(gradient, zero));
        }
        return balancer.combine(losses, gradients);
    }

    /** The shape {@code [N, 1, 1, 1]} that spreads one value per image over its pixels. */
    static Shape perImage(Shape images) {
        return Shape.of(images.dim(0), 1, 1, 1);
    }
}
