// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The plain sum of the losses as the code released with Zhang et al., arXiv 2305.12066, takes it ("Ori" without a
 * task): each task's loss is the mean over all valid pixels of the <em>batch</em>. An image with n_i of the N_i valid
 * pixels that its batch has for task i so gets the direction {@code sum_i n_i / N_i grad L_i}, where L_i is the mean
 * over its own pixels: a task weighs more in an image that has many of the batch's labels for it. With one task, or
 * where all images of a batch have equally many valid pixels, that is {@link Total} but for a positive factor.
 *
 * <p><strong>This breaks the rule that row i of a batch equals row i alone</strong>: the weights depend on the company
 * of an image, so results depend on the batch size and on the order of the data set. (In the released code the NYUv2
 * test images are shuffled without a seed, so that they cannot be repeated.) It exists to be held against the released
 * code; {@link Total} treats every image by itself. Rows that only fill up a short batch count nowhere.
 *
 * <p>The merit is the image's share of the batch's loss, {@code sum_i n_i / N_i L_i}, whose gradient the direction is.
 */
public record ReleasedTotal() implements LossWeights {

    @Override
    public String name() {
        return "total:released";
    }

    @Override
    public boolean couplesImages() {
        return true;
    }

    @Override
    public List<Value> weights(TaskLosses losses) {
        return IntStream.range(0, losses.size()).mapToObj(task -> share(losses, task)).toList();
    }

    /** What part of the batch's valid pixels an image has, 0 in a batch without any. */
    private static Value share(TaskLosses losses, int task) {
        Graph graph = losses.graph();
        Value pixels = losses.validPixels().get(task);
        Value ofBatch = pixels.sumKeepingAxes(0).max(graph.fill(Shape.scalar(), 1));
        return pixels.dividedBy(ofBatch);
    }

    @Override
    public Value merit(TaskLosses losses) {
        Value zero = losses.graph().fill(Shape.scalar(), 0);
        return losses.sum(task -> losses.present(task)
                .choose(share(losses, task).times(losses.loss(task)), zero));
    }
}
