// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.List;

/** A balancer that combines the tasks' gradients element by element. It costs one backward pass per task. */
public interface Pixelwise extends Balancer {

    /**
     * The direction.
     *
     * @param gradients for each task the gradient of its loss, {@code [N, C, H, W]}; 0 where it does not take part
     * @return floats {@code [N, C, H, W]}
     */
    Value combine(TaskLosses losses, List<Value> gradients);
}
