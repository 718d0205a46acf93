// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Depth images of given sizes, in which everything has the value of the image's number. */
record FakeDataset(List<Shape> sizes, int broken) implements Dataset {

    FakeDataset(List<Shape> sizes) {
        this(sizes, -1);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int size() {
        return sizes.size();
    }

    @Override
    public Set<String> labelled() {
        return Set.of("depth");
    }

    @Override
    public Sample sample(int index) {
        if (index == broken) {
            throw new IllegalStateException("image " + index + " is broken");
        }
        Shape size = sizes.get(index);
        int height = size.dim(0);
        int width = size.dim(1);
        return new Sample("image " + index, Tensor.filled(Shape.of(3, height, width), index),
                Map.of("depth", Tensor.filled(Shape.of(1, height, width), index)));
    }
}
