// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramCacheTest {

    private final List<Shape> written = new ArrayList<>();

    private Graph graph(Shape shape) {
        written.add(shape);
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32().withShape(shape)).plus(1));
        return graph;
    }

    @Test
    void compilesOncePerKey() {
        try (Device device = new ReferenceDevice();
                ProgramCache<Shape> cache = new ProgramCache<>(device, 2, this::graph)) {
            Executable program = cache.get(Shape.of(2));
            assertSame(program, cache.get(Shape.of(2)));
            assertNotSame(program, cache.get(Shape.of(3)));
            assertEquals(List.of(Shape.of(2), Shape.of(3)), written);
            program.feed("x", Tensor.of(Shape.of(2), 1f, 2f));
            program.run();
            assertEquals(3, program.fetch("y").floats()[1]);
        }
    }

    @Test
    void closesWhatWasNotAskedForTheLongest() {
        try (Device device = new ReferenceDevice();
                ProgramCache<Shape> cache = new ProgramCache<>(device, 2, this::graph)) {
            Executable first = cache.get(Shape.of(1));
            Executable second = cache.get(Shape.of(2));
            cache.get(Shape.of(1));
            cache.get(Shape.of(3));
            assertEquals(2, cache.size());
            assertThrows(IllegalStateException.class, () -> second.feed("x", Tensor.of(Shape.of(2), 1f, 2f)));
            first.feed("x", Tensor.of(Shape.of(1), 1f));
            first.run();
            assertSame(first, cache.get(Shape.of(1)));
            assertNotSame(second, cache.get(Shape.of(2)));
            assertEquals(2, cache.size());
        }
    }

    @Test
    void closesAll() {
        try (Device device = new ReferenceDevice()) {
            ProgramCache<Shape> cache = new ProgramCache<>(device, 3, this::graph);
            Executable program = cache.get(Shape.of(1));
            cache.close();
            assertEquals(0, cache.size());
            assertThrows(IllegalStateException.class, program::run);
        }
    }

    @Test
    void holdsAtLeastOne() {
        try (Device device = new ReferenceDevice()) {
            assertThrows(IllegalArgumentException.class, () -> new ProgramCache<>(device, 0, this::graph));
        }
    }
}
