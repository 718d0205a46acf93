// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.Toys;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Random images with random labels for all tasks of a model of toys. */
record LabelledToys(Model model, int size) implements Dataset {

    @Override
    public String name() {
        return "random";
    }

    @Override
    public Set<String> labelled() {
        return model.tasks().stream().map(Task::name).collect(Collectors.toSet());
    }

    @Override
    public Sample sample(int index) {
        Map<String, Tensor> labels = new HashMap<>();
        for (String task : labelled()) {
            labels.put(task, Toys.random(Shape.of(1, 5, 6), 1000 + index, 0, 1));
        }
        return new Sample("image " + index, Toys.random(Shape.of(3, 5, 6), index, 0, 1), labels);
    }
}
