// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

/**
 * A balancer that weighs the tasks by how their gradients lie to each other. Its direction is {@code sum_i w_i grad
 * L_i}; the weights of an image come from its losses and from the inner products of its tasks' gradients, in float64 on
 * the host. A step takes one forward pass, a backward pass per task, and a read-back of T x T numbers per image.
 *
 * <p>Published methods of this kind train shared weights and go down. An attack changes the image and goes up; with
 * every gradient negated the Gram matrix is the same, so are the weights.
 */
public interface GramWeights extends Balancer {

    /** The most tasks: several of these methods look at every subset. */
    int MOST_TASKS = 10;

    /**
     * The weights of one image.
     *
     * @param gradients of the tasks that take part in this image, at least one
     * @return a finite number for each; an image's common positive factor does not matter
     */
    double[] weights(TaskGradients gradients);
}
