// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Precision;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** ReLUs whose masks are bits on the way back: the same results, and less memory. */
class ReluBitsTest {

    private static final int CHANNELS = 32;
    private static final int HEIGHT = 18;
    private static final int WIDTH = 22;

    /** A residual net, its ReLUs and the gradient of its input. */
    private static final class Net {
        private final Random random = new Random(3);
        private final Graph graph = new Graph();
        private final List<Value> relus = new ArrayList<>();
        private final List<Value> weights = new ArrayList<>();
        private Value sum;
        private Value x;

        Value convolution(Value from, int channels, int kernel, int groups) {
            Shape shape = Shape.of(channels, from.shape().dim(1) / groups, kernel, kernel);
            float[] values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() / Math.sqrt(values.length / channels));
            }
            Value weight = graph.read(new Variable("w" + weights.size(), Tensor.of(shape, values)));
            weights.add(weight);
            return Convolution.conv2d(Geometry.UNIT.padding(kernel / 2).groups(groups), from, weight);
        }

        Value relu(Value value) {
            relus.add(value.relu());
            return relus.get(relus.size() - 1);
        }

        Net(int images, int blocks) {
            x = graph.input("x", TensorType.f32(images, 3, HEIGHT, WIDTH));
            Value y = relu(convolution(x, CHANNELS, 3, 1));
            y = Pooling.maxPool2d(Pooling.Window.square(3, 1, 1), y).result(0);
            for (int i = 0; i < blocks; i++) {
                Value inner = relu(convolution(y, CHANNELS, 3, 1));
                inner = relu(convolution(inner, CHANNELS, 3, CHANNELS));
                y = relu(convolution(inner, CHANNELS, 1, 1).plus(y));
            }
            y = convolution(y, 5, 1, 1);
            sum = y.times(y).sum();
            graph.output("gradient", Gradients.of(sum, List.of(x)).get(0));
        }
    }

    private static Tensor images(int count) {
        Random random = new Random(5);
        float[] values = new float[count * 3 * HEIGHT * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(count, 3, HEIGHT, WIDTH), values);
    }

    private static CpuDevice device(Simd simd, int threads, Precision precision) {
        return new CpuDevice(new DeviceOptions(threads, precision), true, simd);
    }

    private static float[] gradient(Net net, Simd simd, int threads, Precision precision, Tensor images) {
        try (CpuDevice device = device(simd, threads, precision);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            program.feed("x", images);
            program.run();
            return program.fetch("gradient").floats();
        }
    }

    private static String explain(Net net) {
        try (CpuDevice device = device(Simd.chosen(), 1, Precision.FAST);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            return program.explain();
        }
    }

    private static long count(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }

    /** Values that leave the program must stay, so they are the masks themselves: nothing else differs. */
    private static Net withValues(int images, int blocks) {
        Net net = new Net(images, blocks);
        for (int i = 0; i < net.relus.size(); i++) {
            net.graph.output("relu" + i, net.relus.get(i));
        }
        return net;
    }

    @Test
    void everyReluOfAnAttackLeavesBits() {
        String text = explain(new Net(1, 3));
        assertEquals(10, count(text, "leaves bits"), text);
        assertEquals(10, count(text, "by bits"), text);
        assertEquals(0, count(explain(withValues(1, 3)), "bits"));
    }

    @Test
    void theSameBitsOnAllWidthsAsByValues() {
        for (Precision precision : Precision.values()) {
            Tensor images = images(2);
            images.floats()[40] = Float.NaN;
            images.floats()[700] = Float.POSITIVE_INFINITY;
            int[] expected = bits(gradient(withValues(2, 2), Simd.chosen(), 1, precision, images));
            for (Simd simd : List.of(Simd.chosen(), Simd.OFF)) {
                for (int threads = 1; threads <= 2; threads++) {
                    assertArrayEquals(expected, bits(gradient(new Net(2, 2), simd, threads, precision, images)),
                            precision + ", " + simd + ", " + threads + " threads");
                }
            }
        }
    }

    /** Each block more takes a few words for each pixel, and not the values of its three ReLUs. */
    @Test
    void memoryGrowsByBitsAlone() {
        long three = arena(new Net(1, 3));
        long nine = arena(new Net(1, 9));
        long values = 4L * CHANNELS * HEIGHT * WIDTH;
        assertTrue(nine - three <= 6 * 3 * values / 16 + 4096, three + " and " + nine + " bytes");
        assertTrue(arena(withValues(1, 9)) > 27 * values);
    }

    private static long arena(Net net) {
        try (CpuDevice device = device(Simd.chosen(), 1, Precision.DIRECT);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            return program.arenaBytes();
        }
    }

    /** The gradient of a weight reads the values anyway, just before they are asked for their sign. */
    @Test
    void valuesThatAreReadAsLateStay() {
        Net net = new Net(2, 2);
        List<Value> gradients = Gradients.of(net.sum, net.weights);
        for (int i = 0; i < gradients.size(); i++) {
            net.graph.output("w" + i, gradients.get(i));
        }
        String text = explain(net);
        assertTrue(count(text, "leaves bits") < net.relus.size(), text);
        int[] expected = bits(gradient(new Net(2, 2), Simd.chosen(), 1, Precision.FAST, images(2)));
        assertArrayEquals(expected, bits(gradient(net, Simd.chosen(), 2, Precision.FAST, images(2))));
    }

    /** Groups of 8 channels share blocks, and perhaps different threads compute them. */
    @Test
    void groupsThatShareBlocksLeaveNone() {
        for (int groups : new int[] {2, 4}) {
            Net net = new Net(1, 0);
            Value y = net.relu(net.convolution(net.x, CHANNELS, 3, 1));
            y = net.relu(net.convolution(y, CHANNELS, 3, groups));
            y = net.convolution(y, CHANNELS, 3, 1);
            net.graph.output("other", Gradients.of(y.times(y).sum(), List.of(net.x)).get(0));
            String text = explain(net);
            assertEquals(groups == 2 ? 3 : 2, count(text, "leaves bits"), text);
        }
    }
}
