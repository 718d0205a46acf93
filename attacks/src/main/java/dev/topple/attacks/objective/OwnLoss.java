// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Task;
import java.util.function.Supplier;

/** The loss of the task itself, the usual objective. */
public record OwnLoss() implements Objective {

    @Override
    public String name() {
        return "loss";
    }

    @Override
    public Value loss(Task task, Value prediction, Value label, Supplier<Value> progress) {
        return task.loss(prediction, label);
    }
}
