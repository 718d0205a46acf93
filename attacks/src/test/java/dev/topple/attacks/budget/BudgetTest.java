// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {

    private static Tensor compute(String device, Map<String, Tensor> inputs,
            BiFunction<Graph, Map<String, Value>, Value> f) {
        Graph graph = new Graph();
        Map<String, Value> values = new HashMap<>();
        inputs.forEach((name, tensor) -> values.put(name, graph.input(name, tensor.type())));
        graph.output("y", f.apply(graph, values));
        try (Device opened = Toys.open(device); Executable program = opened.compile(graph)) {
            inputs.forEach(program::feed);
            program.run();
            return program.fetch("y");
        }
    }

    private static Tensor project(String device, Budget budget, Tensor x, Tensor clean) {
        return compute(device, Map.of("x", x, "clean", clean), (g, v) -> budget.project(v.get("x"), v.get("clean")));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void projectedPixelsAreExactlyWithinEpsilonAndTheUnitInterval(String device) {
        Tensor clean = Toys.random(Shape.of(1, 3, 50, 60), 1, 0, 1);
        float[] special = {0, 1, Math.nextDown(1f), Float.MIN_VALUE, 0.5f, Math.nextDown(0.5f), 8 / 255f, 247 / 255f};
        System.arraycopy(special, 0, clean.floats(), 0, special.length);
        RandomSource signs = new RandomSource(2);
        float[] far = new float[clean.shape().size()];
        for (int i = 0; i < far.length; i++) {
            boolean up = i < special.length ? clean.floats()[i] < 0.5 : signs.nextBoolean();
            far[i] = clean.floats()[i] + (up ? 3 : -3);
        }
        double[] epsilons = {0, 1e-9, 0x1p-24, 1e-4, 1 / 255.0, 0.0314, 8 / 255.0, 0.1, 1 / 3.0, 0.5, 1};
        for (double epsilon : epsilons) {
            Budget budget = linf(epsilon);
            Tensor projected = project(device, budget, Tensor.of(clean.shape(), far), clean);
            double size = budget.size(clean.floats(), projected.floats(), 0, far.length);
            assertTrue(size <= epsilon, "epsilon " + epsilon + " exceeded: " + size);
            assertTrue(size >= epsilon - 0x1p-22, "epsilon " + epsilon + " wasted: " + size);
            for (float pixel : projected.floats()) {
                assertTrue(pixel >= 0 && pixel <= 1, "pixel " + pixel);
            }
            assertTrue(project(device, budget, projected, clean).sameBits(projected), "not idempotent at " + epsilon);
        }
    }

    @Test
    void epsilonZeroLeavesTheImageAsItIs() {
        Tensor clean = Toys.random(Shape.of(2, 3, 4, 5), 3, 0, 1);
        Tensor x = Toys.random(Shape.of(2, 3, 4, 5), 4, -1, 2);
        assertTrue(project("reference", linf(0), x, clean).sameBits(clean));
    }

    @Test
    void theSignMaximisesALinearObjectiveOverTheBall() {
        // CleverHans, optimize_linear: g = [1, -2], epsilon 1 gives <g, eta> = 3 and |eta| = 1 everywhere.
        Tensor g = Tensor.of(Shape.of(3), 1f, -2f, 0f);
        Tensor eta = compute("reference", Map.of("g", g), (graph, v) -> linf(1).steepest(v.get("g")));
        assertArrayEquals(new float[] {1, -1, 0}, eta.floats());
        assertEquals(3, g.floats()[0] * eta.floats()[0] + g.floats()[1] * eta.floats()[1]);
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void randomStartsFillTheBallAndStayInside(String device) {
        Budget budget = linf(8 / 255.0);
        Tensor clean = Tensor.filled(Shape.of(2, 3, 40, 40), 0.5f);
        Tensor keys = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4);
        Tensor start = compute(device, Map.of("clean", clean, "keys", keys),
                (g, v) -> budget.project(budget.uniform(v.get("clean"), v.get("keys"), 0), v.get("clean")));
        double least = 1;
        double most = -1;
        double sum = 0;
        double squares = 0;
        for (float pixel : start.floats()) {
            double u = (pixel - 0.5) / budget.epsilon();
            least = Math.min(least, u);
            most = Math.max(most, u);
            sum += u;
            squares += u * u;
        }
        int count = start.shape().size();
        assertTrue(least >= -1 && least < -0.99 && most <= 1 && most > 0.99, least + " … " + most);
        // 9600 numbers: the standard error of the mean is 0.0059, that of the mean square 0.003.
        assertEquals(0, sum / count, 0.03);
        assertEquals(1 / 3.0, squares / count, 0.015);
    }

    @Test
    void sizeIsTheLargestDifferenceAndNanIfAnyIs() {
        Budget budget = linf(0.1);
        assertEquals(0.5, budget.size(new float[] {9, 0, 1, 0.25f}, new float[] {0, 0.25f, 0.5f, 0.25f}, 1, 4));
        assertTrue(Double.isNaN(budget.size(new float[] {0, 0}, new float[] {Float.NaN, 1}, 0, 2)));
        assertEquals(0, budget.size(new float[0], new float[0], 0, 0));
    }

    @Test
    void peopleWriteFractionsOrNumbers() {
        assertEquals(8 / 255.0, Budgets.parse("linf", "8/255").epsilon());
        assertEquals(0.0314, Budgets.parse("Linf", " 0.0314 ").epsilon());
        assertEquals(1e-3, Budgets.parse("LINF", "1e-3").epsilon());
        assertEquals(0.5, Budgets.number(" 1 / 2 ", "alpha"));
        assertEquals("Linf 8/255", linf(8 / 255.0).text());
        assertEquals("Linf 0.0314", linf(0.0314).text());
        assertEquals("Linf 0", linf(0).text());
    }

    @Test
    void epsilonInPixelUnitsIsRefusedWithWhatWasMeant() {
        assertTrue(message("8").contains("did you mean 8/255?"), message("8"));
        assertTrue(message("1.5").contains("did you mean 1.5/255?"), message("1.5"));
        assertTrue(!message("300").contains("did you mean"), message("300"));
        assertEquals(1, Budgets.parse("linf", "1").epsilon());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1/255", "-0.1", "8/0", "", "eight", "NaN", "1e999", "8/255/2", "0x1", "1/-2"})
    void badEpsilonsAreRefusedInOneLine(String text) {
        assertTrue(!message(text).contains("\n") && message(text).contains("epsilon"), message(text));
    }

    @Test
    void badNumbersAreRefusedInJava() {
        assertThrows(IllegalArgumentException.class, () -> linf(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> linf(-1e-9));
        assertThrows(IllegalArgumentException.class, () -> linf(Double.POSITIVE_INFINITY));
        String norm = assertThrows(IllegalArgumentException.class, () -> Budgets.parse("l7", "0.1")).getMessage();
        assertEquals("there is no norm 'l7'; choose one of linf, l2", norm);
    }

    private static String message(String epsilon) {
        return assertThrows(IllegalArgumentException.class, () -> Budgets.parse("linf", epsilon)).getMessage();
    }
}
