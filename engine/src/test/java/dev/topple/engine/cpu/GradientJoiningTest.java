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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What several convolutions of one image give back to it is computed together. */
class GradientJoiningTest {

    private static final int CHANNELS = 20;

    private final Random random = new Random(5);
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    private Value variable(Graph graph, String name, double mean, double deviation, int... dims) {
        Variable variable = variables.computeIfAbsent(name, n -> {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (mean + deviation * random.nextGaussian());
            }
            return new Variable(n, Tensor.of(Shape.of(dims), values));
        });
        return graph.read(variable);
    }

    private Value layer(Value x, String name, int out, int kernel) {
        Graph graph = x.node().graph();
        int in = x.shape().dim(1);
        Value w = variable(graph, name, 0, Math.sqrt(2.0 / (in * kernel * kernel)), out, in, kernel, kernel);
        Value y = Convolution.conv2d(Geometry.UNIT.padding(kernel / 2), x, w);
        return BatchNorm.frozen(y, variable(graph, name + "g", 1, 0.3, out), variable(graph, name + "b", 0, 0.3, out),
                variable(graph, name + "m", 0, 0.3, out), variable(graph, name + "v", 1, 0.05, out), 1e-5);
    }

    /** A feature, decoders of these many channels that read it, and a stage that reads it as well. */
    private Graph decoders(int images, int... channels) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(images, 3, 7, 9));
        Value feature = layer(x, "stem", CHANNELS, 3).relu();
        Value loss = layer(feature, "stage", 18, 3).relu().sum(1, 2, 3);
        for (int i = 0; i < channels.length; i++) {
            Value y = layer(feature, "decoder" + i, channels[i], 1).relu();
            loss = loss.plus(y.times(y).sum(1, 2, 3));
        }
        graph.output("loss", loss);
        graph.output("g", Gradients.of(loss.sum(), List.of(x)).get(0));
        return graph;
    }

    private static Tensor images(int from, int count) {
        float[] all = new float[count * 3 * 7 * 9];
        for (int n = 0; n < count; n++) {
            Random each = new Random(from + n);
            for (int i = 0; i < all.length / count; i++) {
                all[n * (all.length / count) + i] = (float) each.nextGaussian();
            }
        }
        return Tensor.of(Shape.of(count, 3, 7, 9), all);
    }

    private static float[] gradient(Device device, Graph graph, Tensor x) {
        try (Executable program = device.compile(graph)) {
            program.feed("x", x);
            program.run();
            return program.fetch("g").floats().clone();
        }
    }

    @ParameterizedTest
    @CsvSource({"'16 16', 32", "'32 32 32', 96", "'16 32 16 32', 32 64", "'16 16 20', 32"})
    void agreesWithTheReference(String channels, String joined) {
        int[] each = Arrays.stream(channels.split(" ")).mapToInt(Integer::parseInt).toArray();
        Graph graph = decoders(2, each);
        Tensor x = images(0, 2);
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2));
                Device reference = Devices.open("reference", DeviceOptions.DEFAULT)) {
            float[] expected = gradient(reference, graph, x);
            float[] actual = gradient(device, graph, x);
            double largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-5 * largest, "element " + i);
            }
            try (Executable program = device.compile(graph)) {
                for (String sum : joined.split(" ")) {
                    String name = "InputGradient [2x" + sum + "x7x9] with [" + sum + "x20x1x1]";
                    assertTrue(program.explain().contains(name), program.explain());
                }
                assertFalse(program.explain().contains("Concat [2x"), program.explain());
            }
            // The same after a change of one decoder's weight.
            Variable weight = variables.get("decoder1");
            Tensor other = Tensor.filled(weight.type().shape(), 0.1f);
            device.write(weight, other);
            reference.write(weight, other);
            expected = gradient(reference, graph, x);
            actual = gradient(device, graph, x);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-5 * largest, "after a change, element " + i);
            }
        }
    }

    @Test
    void rowsOfABatchAreTheRowsAlone() {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2))) {
            float[] both = gradient(device, decoders(2, 32, 32, 32), images(3, 2));
            for (int n = 0; n < 2; n++) {
                float[] one = gradient(device, decoders(1, 32, 32, 32), images(3 + n, 1));
                assertArrayEquals(one, Arrays.copyOfRange(both, n * one.length, (n + 1) * one.length), "image " + n);
            }
        }
    }

    /** A gradient that leaves the program is there by itself, and those that change with each run are left alone. */
    @Test
    void whatIsNeededByItselfStays() {
        Graph graph = new Graph();
        Value g = graph.input("x", TensorType.f32(1, 16, 4, 5));
        Value one = Convolution.inputGradient(Geometry.UNIT, g, variable(graph, "one", 0, 1, 16, 32, 1, 1), 4, 5);
        Value two = Convolution.inputGradient(Geometry.UNIT, g.times(2), variable(graph, "two", 0, 1, 16, 32, 1, 1), 4,
                5);
        Value three = Convolution.inputGradient(Geometry.UNIT, g.relu(), variable(graph, "three", 0, 1, 16, 32, 1, 1),
                4, 5);
        graph.output("one", one);
        graph.output("sum", one.plus(two).plus(three));
        graph.assign(variables.get("three"), graph.read(variables.get("three")).times(0.5));
        float[] x = new float[16 * 20];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2));
                Device reference = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable actual = device.compile(graph);
                Executable expected = reference.compile(graph)) {
            assertFalse(actual.explain().contains("joined"), actual.explain());
            for (int run = 0; run < 2; run++) {
                for (Executable program : List.of(actual, expected)) {
                    program.feed("x", Tensor.of(g.shape(), x));
                    program.run();
                }
                for (String output : List.of("one", "sum")) {
                    assertArrayEquals(expected.fetch(output).floats(), actual.fetch(output).floats(), 1e-4f, output);
                }
            }
        }
    }
}
