// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * DGBA as the code released with Zhang et al., arXiv 2305.12066, computes it: a backward pass per task, each gradient
 * divided by the image's loss, summed; nothing guards the division. It exists to be held against the released code;
 * {@link Dgba} is the one to use. Where no loss of the image is 0, or so small or large that {@code 1 / L_i} is not a
 * float32 number, both directions are the same but for rounding and a positive factor.
 *
 * <p>Where a loss is 0, or an image has no valid pixel for a task (so that its loss is 0 here, and not a number there),
 * its gradient divided by it is NaN at pixels where the gradient is 0, as it is nearly always, and infinite elsewhere.
 * One such task spoils the direction of the image for all tasks. The released code then makes NaN of the pixels, and
 * with them of every metric of the whole data set. Here, as for every balancer, a pixel stays where it is as long as
 * its direction is NaN, and an infinite one moves by its sign; both are counted in the audit as an undefined gradient.
 * So the form loses the images that the released code breaks, and the rest can still be compared.
 *
 * <p>The merit, which the released code knows for its APGD alone and in another form, is that of {@link Dgba}.
 */
public record ReleasedDgba() implements Pixelwise {

    @Override
    public String name() {
        return "dgba:released";
    }

    /** Everywhere: there is no guard. */
    @Override
    public Value takesPart(TaskLosses losses, int task) {
        Graph graph = losses.graph();
        return graph.fill(losses.shape(), 1).compare(Relation.GREATER, 0);
    }

    @Override
    public Value combine(TaskLosses losses, List<Value> gradients) {
        Shape perImage = Shape.of(losses.shape().dim(0), 1, 1, 1);
        Value direction = gradients.get(0).dividedBy(losses.loss(0).reshape(perImage));
        for (int task = 1; task < losses.size(); task++) {
            direction = direction.plus(gradients.get(task).dividedBy(losses.loss(task).reshape(perImage)));
        }
        return direction;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return new Dgba().merit(losses);
    }
}
