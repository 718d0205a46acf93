// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Task;

/**
 * How the tasks become one, for each image by itself: a direction, in which the attack steps, and a merit, by which it
 * selects (best iterate, restarts). The merit is the scalar that the direction climbs, where there is one.
 *
 * <p>An implementation is of one of these kinds, which say where the direction comes from:
 * <ul>
 * <li>{@link LossWeights}: weights computed from the losses; one backward pass for all tasks together;
 * <li>{@link Pixelwise}: the tasks' gradients, one backward pass each, combined element by element;
 * <li>{@link DrawnWeights}: random weights; one backward pass for all tasks together;
 * <li>{@link GramWeights}: weights computed on the host from the inner products of the tasks' gradients; one backward
 * pass each, and a small read-back in every step.
 * </ul>
 *
 * <p><strong>Guard.</strong> Where a task does not {@link #takesPart}, the attack gives it weight 0 and counts that for
 * the audit, whatever the balancer answers there.
 *
 * <p>Where released code has a quirk, a second form by the name {@code NAME:released} follows it, to be held against
 * published numbers.
 */
public interface Balancer {

    /** The name in results and options. */
    String name();

    /** Whether a task matters to this balancer; the others are not even computed during the attack. */
    default boolean attends(Task task) {
        return true;
    }

    /** Where a task counts, truth values {@code [N]}: by default where it is {@link TaskLosses#present}. */
    default Value takesPart(TaskLosses losses, int task) {
        return losses.present(task);
    }

    /**
     * Whether an image's direction depends on the other images of its batch. It should not: what an attack can do to an
     * image is then a matter of its company. For what released code does nevertheless.
     */
    default boolean couplesImages() {
        return false;
    }

    /** What the attack makes large, floats {@code [N]}; finite for finite losses. */
    Value merit(TaskLosses losses);
}
