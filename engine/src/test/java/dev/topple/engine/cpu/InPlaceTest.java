// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What spares memory its work: results that take an operand's place, and broadcast operands that are loaded once. */
class InPlaceTest {

    private static final int CHANNELS = 20;

    private static Tensor random(long seed, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, values);
    }

    private static Value convolve(Graph graph, Value x, long seed, int kernel, int groups) {
        Geometry geometry = Geometry.UNIT.padding(kernel / 2).groups(groups);
        Tensor weight = random(seed, CHANNELS, x.shape().dim(1) / groups, kernel, kernel);
        return Convolution.conv2d(geometry, x, graph.constant(weight));
    }

    /** The value that a ReLU's gradient asks for its sign, where that left no bits, is needed no more then. */
    @Test
    void aMaskedGradientTakesTheMasksPlace() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 3, 9, 11));
        Value y = convolve(graph, x, 1, 3, 1).tanh().relu();
        y = convolve(graph, y, 2, 3, CHANNELS).tanh().relu();
        y = convolve(graph, y, 3, 3, 1).tanh().relu();
        y = convolve(graph, y, 4, 1, 1);
        graph.output("gradient", Gradients.of(y.times(y).sum(), List.of(x)).get(0));
        try (CpuDevice device = (CpuDevice) Devices.open("cpu", new DeviceOptions(1));
                CpuProgram program = (CpuProgram) device.compile(graph)) {
            List<CpuInstruction> masked = Arrays.stream(program.instructions())
                    .filter(instruction -> instruction.describe().contains("InputGradient")
                            && instruction.describe().contains("+ ReluGradient"))
                    .toList();
            assertEquals(3, masked.size(), program.explain());
            for (CpuInstruction instruction : masked) {
                Slot written = instruction.writtenSlots().get(0);
                assertEquals(1, instruction.readSlots().stream()
                        .filter(read -> read.size() == written.size() && read.floats() == written.floats()
                                && read.offset() == written.offset())
                        .count(), instruction.describe());
            }
        }
    }

    /** Planes of 1665 pixels, and blocks of 16 of them, end within the blocks of elements that are computed at once. */
    private static void checkBroadcasts(boolean blocked) {
        int n = 3;
        int plane = 37 * 45;
        Graph graph = new Graph();
        Value image = graph.input("x", TensorType.f32(n, CHANNELS, 37, 45));
        Value x = blocked ? convolve(graph, image, 5, 1, 1) : image.times(0.5);
        Tensor perChannel = random(6, 1, CHANNELS, 1, 1);
        Tensor perImage = random(7, n, 1, 1, 1);
        Tensor perPlane = random(8, n, CHANNELS, 1, 1);
        Value y = x.times(graph.constant(perChannel)).plus(graph.constant(perImage))
                .minus(graph.constant(perPlane).times(x)).times(graph.constant(perChannel));
        graph.output("x", x);
        graph.output("y", y);
        try (CpuDevice device = (CpuDevice) Devices.open("cpu", new DeviceOptions(2));
                CpuProgram program = (CpuProgram) device.compile(graph)) {
            program.feed("x", random(9, n, CHANNELS, 37, 45));
            program.run();
            float[] in = program.fetch("x").floats();
            float[] expected = new float[in.length];
            for (int i = 0; i < in.length; i++) {
                float a = perChannel.floats()[i / plane % CHANNELS];
                float b = perImage.floats()[i / plane / CHANNELS];
                expected[i] = (in[i] * a + b - perPlane.floats()[i / plane] * in[i]) * a;
            }
            assertArrayEquals(expected, program.fetch("y").floats(), program.explain());
        }
    }

    @Test
    void broadcastOperandsOfPlainImages() {
        checkBroadcasts(false);
    }

    @Test
    void broadcastOperandsOfBlockedImages() {
        checkBroadcasts(true);
    }
}
