// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Task;
import java.util.function.Supplier;

/** Which loss of each task the steps follow. It adds nodes to the graph of a step and treats every image by itself. */
public interface Objective {

    /** The name in results and options. */
    String name();

    /**
     * The loss of each image, floats {@code [N]}; a task that the objective says nothing about keeps its own.
     *
     * @param prediction {@code [N, channels, H, W]}
     * @param label of the task's label type
     * @param progress the share of the walk that is done, a scalar from 0 to below 1; ask only if it is used
     */
    Value loss(Task task, Value prediction, Value label, Supplier<Value> progress);
}
