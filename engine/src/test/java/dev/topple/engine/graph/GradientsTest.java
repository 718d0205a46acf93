// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes to exist, and what flows where; the rules themselves are checked case by case elsewhere. */
class GradientsTest {

    private final Graph graph = new Graph();

    private long count(Class<? extends Op> kind) {
        return graph.nodes().stream().filter(node -> kind.isInstance(node.op())).count();
    }

    private double[] run(Value value, double... x) {
        String name = "y" + graph.outputs().size();
        graph.output(name, value);
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable program = device.compile(graph)) {
            program.feedDoubles("x", x);
            program.run();
            return program.fetchDoubles(name);
        }
    }

    private Value network(Value image, Variable first, Variable second) {
        Value hidden = Convolution.conv2d(Geometry.UNIT, image, graph.read(first)).relu();
        return Convolution.conv2d(Geometry.UNIT, hidden, graph.read(second)).square().sum(1, 2, 3);
    }

    @Test
    void onlyWhatIsAskedForComesToExist() {
        Value image = graph.input("x", TensorType.f32(2, 3, 6, 6));
        Variable first = Variable.zeros("first", TensorType.f32(4, 3, 3, 3));
        Variable second = Variable.zeros("second", TensorType.f32(5, 4, 3, 3));
        Value loss = network(image, first, second);
        Gradients.of(loss, image);
        assertEquals(2, count(Convolution.InputGradient.class));
        assertEquals(0, count(Convolution.WeightGradient.class));
    }

    @Test
    void theLastWeightNeedsNoGradientOfEarlierLayers() {
        Value image = graph.input("x", TensorType.f32(2, 3, 6, 6));
        Variable first = Variable.zeros("first", TensorType.f32(4, 3, 3, 3));
        Variable second = Variable.zeros("second", TensorType.f32(5, 4, 3, 3));
        Value loss = network(image, first, second);
        Gradients.of(loss, graph.read(second));
        assertEquals(0, count(Convolution.InputGradient.class));
        assertEquals(1, count(Convolution.WeightGradient.class));
        assertEquals(0, count(Binary.ReluGradient.class));
        Gradients.of(loss, graph.read(first));
        assertEquals(1, count(Convolution.InputGradient.class));
        assertEquals(2, count(Convolution.WeightGradient.class));
    }

    @Test
    void independentValuesHaveTheGradientZero() {
        Value x = graph.input("x", TensorType.f32(3));
        Value other = graph.input("other", TensorType.f32(2, 2));
        int before = graph.nodes().size();
        List<Value> gradients = Gradients.of(x.exp(), List.of(other, x.plus(1)));
        assertEquals(other.type(), gradients.get(0).type());
        assertEquals(new Source.Fill(Shape.of(2, 2), 0), gradients.get(0).node().op());
        assertEquals(new Source.Fill(Shape.of(3), 0), gradients.get(1).node().op());
        assertTrue(graph.nodes().size() <= before + 7, "nodes: " + graph.nodes().size());
    }

    @Test
    void theGradientOfAValueByItselfIsTheSeed() {
        Value x = graph.input("x", TensorType.f32(3));
        Value seed = graph.constant(Tensor.of(Shape.of(3), 1f, 2f, 3f));
        assertSame(seed, Gradients.of(List.of(x), List.of(seed), List.of(x)).get(0));
        Value y = x.exp();
        assertSame(seed, Gradients.of(List.of(y), List.of(seed), List.of(y)).get(0));
        assertArrayEquals(new double[] {1, 1, 1}, run(Gradients.of(x, x), 5, 6, 7));
    }

    @Test
    void pathsAddUp() {
        Value x = graph.input("x", TensorType.f32(2));
        Value y = x.times(x).plus(x.times(3)).plus(x);
        assertArrayEquals(new double[] {2 * 5 + 4, 2 * 7 + 4}, run(Gradients.of(y, x), 5, 7), 1e-12);
        Value twice = Gradients.of(List.of(y, x), List.of(graph.fill(Shape.of(2), 10), graph.fill(Shape.of(2), 1)),
                List.of(x)).get(0);
        assertArrayEquals(new double[] {10 * (2 * 5 + 4) + 1, 10 * (2 * 7 + 4) + 1}, run(twice, 5, 7), 1e-12);
    }

    @Test
    void intermediateValuesHaveGradientsToo() {
        Value x = graph.input("x", TensorType.f32(2));
        Value hidden = x.square();
        Value y = hidden.square();
        List<Value> gradients = Gradients.of(y, List.of(hidden, x));
        assertArrayEquals(new double[] {2 * 9, 2 * 4}, run(gradients.get(0), 3, 2), 1e-12);
        assertArrayEquals(new double[] {4 * 27, 4 * 8}, run(gradients.get(1), 3, 2), 1e-12);
    }

    @Test
    void gradientsStopWhereTheyAreTold() {
        Value x = graph.input("x", TensorType.f32(2));
        Value y = x.stopGradient().times(x);
        assertArrayEquals(new double[] {3, 4}, run(Gradients.of(y, x), 3, 4));
        assertArrayEquals(new double[] {0, 0}, run(Gradients.of(x.stopGradient().square(), x), 3, 4));
        assertArrayEquals(new double[] {0, 0}, run(Gradients.of(x.sign().plus(x.cast(DType.I32).cast(DType.F32)), x),
                3, 4));
    }

    @Test
    void gradientsOfGradients() {
        Value x = graph.input("x", TensorType.f32(2));
        Value y = x.power(4);
        Value first = Gradients.of(y, x);
        Value second = Gradients.of(first, x);
        Value third = Gradients.of(second, x);
        assertArrayEquals(new double[] {4 * 8, 4 * 27}, run(first, 2, 3), 1e-9);
        assertArrayEquals(new double[] {12 * 4, 12 * 9}, run(second, 2, 3), 1e-9);
        assertArrayEquals(new double[] {24 * 2, 24 * 3}, run(third, 2, 3), 1e-9);
    }

    @Test
    void powersHaveFiniteDerivativesAtZero() {
        Value x = graph.input("x", TensorType.f32(1));
        Value first = Gradients.of(x.power(2), x);
        Value second = Gradients.of(first, x);
        assertArrayEquals(new double[] {0}, run(first, 0));
        assertArrayEquals(new double[] {2}, run(second, 0));
        assertArrayEquals(new double[] {0}, run(Gradients.of(second, x), 0));
        assertArrayEquals(new double[] {0}, run(Gradients.of(x.power(0), x), 0));
    }

    @Test
    void tiesShareTheGradient() {
        Value x = graph.input("x", TensorType.f32(4));
        Value two = graph.fill(Shape.of(4), 2);
        assertArrayEquals(new double[] {0, 0.5, 1, 0.5}, run(Gradients.of(x.max(two), x), 1, 2, 3, 2));
        assertArrayEquals(new double[] {1, 0.5, 0, 0.5}, run(Gradients.of(x.min(two), x), 1, 2, 3, 2));
        assertArrayEquals(new double[] {0, 0.5, 0, 0.5}, run(Gradients.of(x.maxOver(), x), 1, 3, 2, 3));
        assertArrayEquals(new double[] {0, 0, 1, 1}, run(Gradients.of(x.relu(), x), -1, 0, 1, 2));
        assertArrayEquals(new double[] {-1, 0, 1, 1}, run(Gradients.of(x.abs(), x), -1, 0, 1, 2));
        assertArrayEquals(new double[] {0, 1, 1, 0}, run(Gradients.of(x.clamp(0, 1), x), -1, 0, 1, 2));
    }

    @Test
    void aTieOfAMaximumPoolGoesToTheFirst() {
        Value x = graph.input("x", TensorType.f32(1, 1, 2, 2));
        Value y = Pooling.maxPool2d(Pooling.Window.square(2, 2, 0), x).result(0);
        assertArrayEquals(new double[] {0, 1, 0, 0}, run(Gradients.of(y, x), 1, 3, 3, 2));
    }

    @Test
    void aLossPerImageGivesEachImageItsOwnGradient() {
        Value x = graph.input("x", TensorType.f32(2, 2));
        Value y = x.square().sum(1).times(graph.constant(Tensor.of(Shape.of(2), 1f, 100f)));
        assertArrayEquals(new double[] {2, 4, 600, 800}, run(Gradients.of(y, x), 1, 2, 3, 4), 1e-9);
    }

    @Test
    void ignoredLabelsAreIgnoredInEveryGradient() {
        Value x = graph.input("x", TensorType.f32(2, 3));
        Value weights = graph.constant(Tensor.of(Shape.of(3), 1f, 2f, 3f));
        Value labels = graph.constant(Tensor.of(Shape.of(2), 1, 0));
        // 1 is a class, and is ignored all the same.
        Value loss = Softmax.crossEntropy(x, labels, weights, 1);
        List<Value> first = Gradients.of(loss, List.of(x, weights));
        double[] logits = run(first.get(0), 0, 1, 2, 0, 1, 2);
        assertArrayEquals(new double[] {0, 0, 0}, Arrays.copyOf(logits, 3));
        double[] byWeight = run(first.get(1), 0, 1, 2, 0, 1, 2);
        assertEquals(0, byWeight[1]);
        assertTrue(byWeight[0] > 0);
        Value again = Gradients.of(first.get(0).square(), x);
        double[] second = run(again, 0, 1, 2, 0, 1, 2);
        assertArrayEquals(new double[] {0, 0, 0}, Arrays.copyOf(second, 3));
        assertTrue(second[3] != 0);
    }

    @Test
    void refusesWhatIsNotFloat() {
        Value x = graph.input("x", TensorType.f32(3));
        Value labels = graph.input("labels", TensorType.i32(3));
        assertThrows(IllegalArgumentException.class, () -> Gradients.of(x, labels));
        assertThrows(IllegalArgumentException.class,
                () -> Gradients.of(List.of(labels), List.of(labels), List.of(x)));
        assertThrows(IllegalArgumentException.class,
                () -> Gradients.of(List.of(x), List.of(x.sum()), List.of(x)));
    }
}
