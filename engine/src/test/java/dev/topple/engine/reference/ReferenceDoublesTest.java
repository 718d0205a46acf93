// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing is rounded on the way from input to output or variable. */
class ReferenceDoublesTest {

    @Test
    void valuesAreDoubleThroughout() {
        Variable variable = Variable.zeros("v", TensorType.f32(2));
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32(2)).times(3).plus(graph.read(variable)));
        graph.assign(variable, graph.input("x", TensorType.f32(2)).dividedBy(3));
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable program = device.compile(graph)) {
            program.feedDoubles("x", new double[] {0.1, 1e-300});
            program.run();
            program.run();
            assertArrayEquals(new double[] {0.1 * 3 + 0.1 / 3, 1e-300 * 3 + 1e-300 / 3}, program.fetchDoubles("y"));
            assertArrayEquals(new double[] {0.1 / 3, 1e-300 / 3}, device.readDoubles(variable));
            assertArrayEquals(new float[] {(float) (0.1 / 3), 0}, device.read(variable).floats());
            device.writeDoubles(variable, new double[] {Math.PI, 0});
            assertArrayEquals(new double[] {Math.PI, 0}, device.readDoubles(variable));
            assertThrows(IllegalArgumentException.class, () -> device.writeDoubles(variable, new double[3]));
            assertThrows(IllegalArgumentException.class, () -> program.feedDoubles("x", new double[3]));
            assertThrows(IllegalArgumentException.class, () -> program.feedDoubles("y", new double[2]));
        }
    }

    @Test
    void onlyFloatsAreDoubles() {
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.i32(2)));
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable program = device.compile(graph)) {
            assertThrows(IllegalArgumentException.class, () -> program.feedDoubles("x", new double[2]));
            assertThrows(IllegalStateException.class, () -> program.fetch("y"));
            program.feed("x", Tensor.of(Shape.of(2), 1, 2));
            program.run();
            assertThrows(IllegalArgumentException.class, () -> program.fetchDoubles("y"));
        }
    }

    @Test
    void theEvaluatorRoundsAtTheEnd() {
        List<Tensor> results = new ReferenceEvaluator().evaluate(new Unary.Exp(), List.of(Tensor.scalar(1)));
        assertEquals(1, results.size());
        assertTrue(results.get(0).sameBits(Tensor.scalar((float) Math.E)));
        Tensor truth = new ReferenceEvaluator().evaluate(new Unary.Cast(DType.BOOL), List.of(Tensor.scalar(2))).get(0);
        assertTrue(truth.booleans()[0]);
    }
}
