// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.ToyTask;
import dev.topple.attacks.Toys;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Random images; labels for the given tasks, about as large as the predictions; some images may be wider. */
record ToyData(int size, Set<String> labelled, boolean mixed) implements Dataset {

    @Override
    public String name() {
        return "random";
    }

    @Override
    public Sample sample(int index) {
        int width = mixed && index % 3 == 1 ? 7 : 5;
        Tensor image = Toys.random(Shape.of(3, 4, width), index, 0, 1);
        Map<String, Tensor> labels = new HashMap<>();
        for (String task : labelled) {
            Tensor label = Toys.random(Shape.of(1, 4, width), 1000 + index, 0, 1);
            label.floats()[0] = ToyTask.NONE;
            labels.put(task, label);
        }
        return new Sample("image " + index, image, labels);
    }
}
