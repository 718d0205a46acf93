// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import static dev.topple.attacks.budget.Budgets.l2;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The budget of L2. */
class EuclideanBudgetTest {

    private static Tensor compute(String device, Map<String, Tensor> inputs, Function<Map<String, Value>, Value> f) {
        Graph graph = new Graph();
        Map<String, Value> values = new TreeMap<>();
        inputs.forEach((name, tensor) -> values.put(name, graph.input(name, tensor.type())));
        graph.output("y", f.apply(values));
        try (Device opened = Toys.open(device); Executable program = opened.compile(graph)) {
            inputs.forEach(program::feed);
            program.run();
            return program.fetch("y");
        }
    }

    private static Tensor project(String device, Budget budget, Tensor x, Tensor clean) {
        return compute(device, Map.of("x", x, "clean", clean), v -> budget.project(v.get("x"), v.get("clean")));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void projectedImagesAreExactlyWithinEpsilonAndTheUnitInterval(String device) {
        Tensor clean = Toys.random(Shape.of(2, 3, 30, 40), 1, 0.3, 0.7);
        Tensor far = Toys.random(Shape.of(2, 3, 30, 40), 2, -1, 2);
        for (double epsilon : new double[] {0, 1e-9, 0.01, 0.5, 2, 7}) {
            Tensor projected = project(device, l2(epsilon), far, clean);
            for (int row = 0; row < 2; row++) {
                double size = l2(epsilon).size(clean.floats(), projected.floats(), row * 3600, (row + 1) * 3600);
                assertTrue(size <= epsilon, "epsilon " + epsilon + " exceeded: " + size);
                assertTrue(epsilon < 0.01 || size >= epsilon * 0.999, "epsilon " + epsilon + " wasted: " + size);
            }
            for (float pixel : projected.floats()) {
                assertTrue(pixel >= 0 && pixel <= 1, "pixel " + pixel);
            }
        }
        Tensor near = project(device, l2(0.5), clean, clean);
        assertTrue(near.sameBits(clean));
    }

    /** CleverHans, optimize_linear: g = [sqrt(1/2), -sqrt(1/2)] gives {@code <g, eta> = 1}. */
    @Test
    void theSteepestChangeIsTheDirectionAtLengthOne() {
        float root = (float) Math.sqrt(0.5);
        Tensor g = Tensor.of(Shape.of(4, 1, 1, 2), root, -root, 3e-30f, 4e-30f, 6e30f, -8e30f, 0, 0);
        Tensor eta = compute("cpu", Map.of("g", g), v -> l2(1).steepest(v.get("g")));
        assertArrayEquals(new float[] {root, -root, 0.6f, 0.8f, 0.6f, -0.8f, 0, 0}, eta.floats(), 1e-6f);
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void randomStartsFillTheBall(String device) {
        Tensor clean = Tensor.filled(Shape.of(400, 1, 1, 2), 0.5f);
        int[] words = new int[800];
        for (int i = 0; i < words.length; i++) {
            words[i] = 7 * i + 1;
        }
        Tensor start = compute(device, Map.of("clean", clean, "keys", Tensor.of(Shape.of(400, 2), words)),
                v -> l2(0.25).uniform(v.get("clean"), v.get("keys"), 0));
        int inside = 0;
        double mean = 0;
        for (int i = 0; i < 400; i++) {
            double size = l2(0.25).size(clean.floats(), start.floats(), 2 * i, 2 * i + 2);
            assertTrue(size <= 0.25 + 1e-6, "left the ball: " + size);
            inside += size <= 0.25 * Math.sqrt(0.5) ? 1 : 0;
            mean += (start.floats()[2 * i] - 0.5) / 400;
        }
        // Half of a disc's area lies within sqrt(1/2) of its radius; the standard error of the share is 0.025.
        assertEquals(0.5, inside / 400.0, 0.1);
        assertEquals(0, mean, 0.03);
    }

    @Test
    void sizeIsTheEuclideanLength() {
        assertEquals(0.5, l2(1).size(new float[] {9, 0, 0.4f}, new float[] {0, 0.3f, 0}, 1, 3), 1e-7);
        assertTrue(Double.isNaN(l2(1).size(new float[] {0, 0}, new float[] {Float.NaN, 1}, 0, 2)));
        assertEquals(l2(2), Budgets.parse("L2", "2"));
        assertEquals("L2 2", l2(2).text());
    }
}
