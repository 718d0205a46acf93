// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.DrawnWeights;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.Pixelwise;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** The balanced direction at an iterate, in the graph; as far as one program gives it. */
final class Directions {

    /** The input, {@code [N, T]}, of weights that the host decides on. */
    static final String WEIGHTS = "weights";

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
            case DrawnWeights drawn -> drawn(drawn, losses, iterate);
            case Pixelwise pixelwise -> pixelwise.combine(losses, gradients(pixelwise, losses, iterate));
            default -> throw new IllegalArgumentException("balancer '" + balancer.name()
                    + "' gives no direction in one program");
        };
    }

    private static Value weighted(LossWeights balancer, TaskLosses losses, Value iterate) {
        return seeded(balancer, losses, balancer.weights(losses), iterate);
    }

    private static Value drawn(DrawnWeights balancer, TaskLosses losses, Value iterate) {
        Value weights = iterate.graph().input(WEIGHTS, TensorType.f32(losses.shape().dim(0), losses.size()));
        List<Value> each = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            each.add(weights.slice(1, task, task + 1).reshape(losses.shape()));
        }
        return seeded(balancer, losses, each, iterate);
    }

    private static Value seeded(Balancer balancer, TaskLosses losses, List<Value> weights, Value iterate) {
        Value zero = iterate.graph().fill(Shape.scalar(), 0);
        List<Value> seeds = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            seeds.add(balancer.takesPart(losses, task).choose(weights.get(task), zero));
        }
        return Gradients.of(losses.losses(), seeds, List.of(iterate)).get(0);
    }

    /** For each task the gradient of its loss, {@code [N, C, H, W]}, 0 where it does not take part. */
    static List<Value> gradients(Balancer balancer, TaskLosses losses, Value iterate) {
        Value zero = iterate.graph().fill(Shape.scalar(), 0);
        List<Value> gradients = new ArrayList<>();
        for (int task = 0; task < losses.size(); task++) {
            Value gradient = Gradients.of(losses.loss(task), iterate);
            Value takesPart = balancer.takesPart(losses, task).reshape(perImage(iterate.shape()));
            gradients.add(takesPart.choose(gradient, zero));
        }
        return gradients;
    }

    /** The shape {@code [N, 1, 1, 1]} that spreads one value per image over its pixels. */
    static Shape perImage(Shape images) {
        return Shape.of(images.dim(0), 1, 1, 1);
    }
}
