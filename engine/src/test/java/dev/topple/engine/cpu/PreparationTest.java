// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What depends on variables alone is made once for each of their versions, and never too seldom. */
class PreparationTest {

    private final CpuDevice device = new CpuDevice(new DeviceOptions(2));
    private final Device reference = Devices.open("reference", DeviceOptions.DEFAULT);
    private final Random random = new Random(11);

    @AfterEach
    void close() {
        device.close();
        reference.close();
    }

    private Tensor values(double mean, double deviation, Shape shape) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return Tensor.of(shape, values);
    }

    private Variable variable(String name, double mean, double deviation, int... dims) {
        return new Variable(name, values(mean, deviation, Shape.of(dims)));
    }

    /** A convolution with frozen batch normalisation. */
    private record Layer(Variable weight, Variable gamma, Variable beta, Variable mean, Variable variance) {

        Value of(Value x, Geometry geometry) {
            Graph graph = x.node().graph();
            return BatchNorm.frozen(Convolution.conv2d(geometry, x, graph.read(weight)), graph.read(gamma),
                    graph.read(beta), graph.read(mean), graph.read(variance), 1e-5);
        }

        List<Variable> all() {
            return List.of(weight, gamma, beta, mean, variance);
        }
    }

    private Layer layer(int out, int in, int kernel) {
        return new Layer(variable("w", 0, Math.sqrt(2.0 / (in * kernel * kernel)), out, in, kernel, kernel),
                variable("gamma", 1, 0.5, out), variable("beta", 0, 0.5, out), variable("mean", 0, 0.3, out),
                variable("variance", 1, 0.05, out));
    }

    private static Graph block(List<Layer> layers, Geometry geometry, int channels) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, channels, 9, 11));
        Value h = layers.get(0).of(x, geometry).relu();
        Value y = layers.get(1).of(h, geometry).plus(x).relu();
        graph.output("y", y);
        graph.output("g", Gradients.of(y.times(y).sum(), x));
        return graph;
    }

    private void agrees(Executable program, Executable oracle, String what) {
        for (String output : List.of("y", "g")) {
            float[] expected = oracle.fetch(output).floats();
            float[] actual = program.fetch(output).floats();
            double largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertTrue(largest > 0);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 2e-5 * largest, what + ", element " + i + " of " + output);
            }
        }
    }

    /** Dense, grouped and depthwise; by each variable in turn, and by several at once. */
    @ParameterizedTest
    @CsvSource({"16, 3, 1, 1", "20, 3, 1, 2", "32, 1, 1, 1", "16, 3, 16, 1", "12, 3, 3, 1"})
    void everyVariableCounts(int channels, int kernel, int groups, int dilation) {
        Geometry geometry = Geometry.UNIT.padding(kernel / 2 * dilation).dilation(dilation).groups(groups);
        List<Layer> layers = List.of(layer(channels, channels / groups, kernel),
                layer(channels, channels / groups, kernel));
        Graph graph = block(layers, geometry, channels);
        try (Executable program = device.compile(graph); Executable oracle = reference.compile(graph)) {
            assertFalse(program.explain().contains("InputGradient [2x" + channels + "x9x11] with [" + channels + "x"
                    + channels / groups + "x" + kernel + "x" + kernel + "] + scale"), program.explain());
            Tensor x = values(0, 1, Shape.of(2, channels, 9, 11));
            List<Variable> variables = new ArrayList<>();
            layers.forEach(each -> variables.addAll(each.all()));
            for (int change = -1; change <= variables.size(); change++) {
                for (int i = 0; i < variables.size(); i++) {
                    if (i == change || change == variables.size()) {
                        Variable variable = variables.get(i);
                        Tensor value = variable.name().equals("variance") ? values(1.5, 0.05, variable.type().shape())
                                : values(0.2, 0.4, variable.type().shape());
                        device.write(variable, value);
                        reference.write(variable, value);
                    }
                }
                program.feed("x", x);
                oracle.feed("x", x);
                program.run();
                oracle.run();
                agrees(program, oracle, "change " + change);
                program.run();
                agrees(program, oracle, "again after change " + change);
            }
        }
    }

    @Test
    void nothingIsMadeTwiceOfTheSameVersions() {
        List<Layer> layers = List.of(layer(16, 16, 3), layer(16, 16, 3));
        try (Executable program = device.compile(block(layers, Geometry.UNIT.padding(1), 16))) {
            program.feed("x", values(0, 1, Shape.of(2, 16, 9, 11)));
            program.run();
            float[] before = program.fetch("g").floats().clone();
            // Behind the device's back: a change that it is not told of is not noticed by what is prepared.
            float[] gamma = device.storage(layers.get(1).gamma()).memory().floats();
            gamma[3] = 100;
            program.run();
            assertArrayEquals(before, program.fetch("g").floats());
            String text = program.explain();
            String[] parts = text.split("in each run:");
            assertTrue(parts[0].contains("Add Power Multiply Multiply Subtract [16]"), text);
            assertTrue(parts[0].contains("Multiply [16x16x3x3]"), text);
            assertTrue(parts[0].contains(", backward"), text);
            assertFalse(parts[1].contains("Multiply ["), text);
            assertFalse(parts[1].contains("Power"), text);
        }
    }

    /** A scaled weight is kept once for programs of several batch sizes, and goes with the last of them. */
    @Test
    void scaledWeightsAreShared() {
        Layer layer = layer(16, 16, 3);
        List<Executable> programs = new ArrayList<>();
        VariableStorage storage = device.storage(layer.weight());
        for (int n = 1; n <= 2; n++) {
            Graph graph = new Graph();
            Value x = graph.input("x", TensorType.f32(n, 16, 9, 11));
            graph.output("g", Gradients.of(layer.of(x, Geometry.UNIT.padding(1)).relu().sum(), x));
            Executable program = device.compile(graph);
            programs.add(program);
            program.feed("x", values(0, 1, x.shape()));
            program.run();
            assertEquals(2, storage.preparedForms());
        }
        programs.get(0).close();
        assertEquals(2, storage.preparedForms());
        programs.get(1).close();
        assertEquals(0, storage.preparedForms());
    }

    /** The same weight with two scales is two weights. */
    @Test
    void aWeightWithTwoScales() {
        Layer first = layer(16, 16, 1);
        Layer second = new Layer(first.weight(), variable("other", 2, 0.5, 16), first.beta(), first.mean(),
                first.variance());
        Graph graph = block(List.of(first, second), Geometry.UNIT, 16);
        try (Executable program = device.compile(graph); Executable oracle = reference.compile(graph)) {
            Tensor x = values(0, 1, Shape.of(2, 16, 9, 11));
            program.feed("x", x);
            oracle.feed("x", x);
            program.run();
            oracle.run();
            agrees(program, oracle, "two scales");
            assertEquals(3, device.storage(first.weight()).preparedForms());
        }
    }

    /** A variable that the program itself assigns is read anew in each run. */
    @Test
    void whatIsAssignedIsNotPrepared() {
        Variable scale = new Variable("scale", Tensor.of(Shape.of(2), 1f, 2f));
        Variable other = new Variable("other", Tensor.of(Shape.of(2), 10f, 20f));
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2));
        graph.output("moving", x.plus(graph.read(scale).times(2)));
        graph.output("fixed", x.plus(graph.read(other).times(2)));
        graph.output("made", graph.read(other).times(3));
        graph.assign(scale, graph.read(scale).plus(1));
        try (Executable program = device.compile(graph)) {
            program.feed("x", Tensor.of(Shape.of(2), 100f, 200f));
            program.run();
            assertArrayEquals(new float[] {102, 204}, program.fetch("moving").floats());
            assertArrayEquals(new float[] {120, 240}, program.fetch("fixed").floats());
            program.run();
            assertArrayEquals(new float[] {104, 206}, program.fetch("moving").floats());
            assertArrayEquals(new float[] {120, 240}, program.fetch("fixed").floats());
            // By another program.
            Graph change = new Graph();
            change.assign(other, change.read(other).times(0.5));
            try (Executable changing = device.compile(change)) {
                changing.run();
            }
            program.run();
            assertArrayEquals(new float[] {106, 208}, program.fetch("moving").floats());
            assertArrayEquals(new float[] {110, 220}, program.fetch("fixed").floats());
            assertArrayEquals(new float[] {15, 30}, program.fetch("made").floats());
        }
    }

    /** A prepared value goes to another variable, and a variable's own prepared value changes it between runs. */
    @Test
    void preparedValuesAreAssigned() {
        Variable from = new Variable("from", Tensor.of(Shape.of(2), 1f, 2f));
        Variable to = new Variable("to", Tensor.of(Shape.of(2), 0f, 0f));
        Graph graph = new Graph();
        graph.assign(to, graph.read(from).times(5));
        try (Executable program = device.compile(graph)) {
            program.run();
            assertArrayEquals(new float[] {5, 10}, device.read(to).floats());
            device.write(to, Tensor.of(Shape.of(2), 7f, 7f));
            program.run();
            assertArrayEquals(new float[] {5, 10}, device.read(to).floats());
            device.write(from, Tensor.of(Shape.of(2), 3f, 4f));
            program.run();
            assertArrayEquals(new float[] {15, 20}, device.read(to).floats());
        }
    }

    /** In training nothing is folded: weights and scales change in each step. */
    @Test
    void trainingIsAsItWas() {
        try (Executable program = device.compile(SmallNet.training(2))) {
            String[] parts = program.explain().split("in each run:");
            assertTrue(parts.length == 1 || !parts[0].contains("pack"), program.explain());
        }
    }
}
