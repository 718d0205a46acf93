// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.List;

/**
 * A balancer that weighs the tasks by their losses. Its direction is {@code sum_i w_i grad L_i} with the weights held
 * constant: no gradient flows through them. The sum of the tasks' gradients is taken by <em>one</em> backward pass that
 * starts with the weights; it equals the sum of one pass per task.
 */
public interface LossWeights extends Balancer {

    /**
     * One weight per task and image.
     *
     * @return for each task floats {@code [N]}; what stands where a task does not take part is not used
     */
    List<Value> weights(TaskLosses losses);
}
