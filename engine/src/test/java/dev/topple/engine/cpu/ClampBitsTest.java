// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Precision;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.BatchNorm;
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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolutions that end with a clamp from 0 to 6, and its gradient: the same bits as the ops one after the other. */
class ClampBitsTest {

    private static final int HEIGHT = 18;
    private static final int WIDTH = 22;
    private static final float[] EDGES = {0f, -0f, 6f, Float.MIN_VALUE, -Float.MIN_VALUE, Math.nextUp(6f),
        Math.nextDown(6f), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3f, -3f, 60f};

    /** A graph under construction, and what its clamps read. */
    private static final class Net {
        private final Random random = new Random(3);
        private final Graph graph = new Graph();
        private final List<Value> unclamped = new ArrayList<>();
        private final List<Value> weights = new ArrayList<>();
        private final Value x;

        Net(int images, int channels) {
            x = graph.input("x", TensorType.f32(images, channels, HEIGHT, WIDTH));
        }

        /** Inverted residuals, as MobileNetV2 has. */
        static Net mobile(int images, int blocks) {
            Net net = new Net(images, 3);
            Value y = net.clamp(net.normalised(net.x, 24, 3, 2, 1));
            for (int i = 0; i < blocks; i++) {
                Value wide = net.clamp(net.normalised(y, 72, 1, 1, 1));
                wide = net.clamp(net.normalised(wide, 72, 3, i == 0 ? 2 : 1, 72));
                Value narrow = net.normalised(wide, 24, 1, 1, 1);
                y = i == 0 ? narrow : narrow.plus(y);
            }
            net.gradient(net.clamp(net.normalised(y, 40, 1, 1, 1)));
            return net;
        }

        void gradient(Value y) {
            graph.output("gradient", Gradients.of(y.times(y).sum(), List.of(x)).get(0));
        }

        Value clamp(Value value) {
            unclamped.add(value);
            return value.clamp(0, 6);
        }

        private Value variable(double mean, double deviation, int... dims) {
            Shape shape = Shape.of(dims);
            float[] values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (mean + deviation * random.nextGaussian());
            }
            return graph.read(new Variable("v" + random.nextInt(), Tensor.of(shape, values)));
        }

        Value convolution(Value from, int channels, int kernel, int stride, int groups) {
            int in = from.shape().dim(1) / groups;
            weights.add(variable(0, 2 / Math.sqrt(in * kernel * kernel), channels, in, kernel, kernel));
            return Convolution.conv2d(Geometry.UNIT.padding(kernel / 2).stride(stride).groups(groups), from,
                    weights.get(weights.size() - 1));
        }

        Value normalised(Value from, int channels, int kernel, int stride, int groups) {
            return BatchNorm.frozen(convolution(from, channels, kernel, stride, groups), variable(1.5, 0.5, channels),
                    variable(1, 1, channels), variable(0, 0.1, channels), variable(1, 0, channels), 1e-5);
        }

        /** Every pixel's channel on its own. */
        Value same(Value from) {
            int channels = from.shape().dim(1);
            float[] values = new float[channels * channels];
            for (int c = 0; c < channels; c++) {
                values[c * (channels + 1)] = 1;
            }
            return Convolution.conv2d(Geometry.UNIT, from,
                    graph.read(new Variable("one", Tensor.of(Shape.of(channels, channels, 1, 1), values))));
        }

        /** What clamps read leaves the program, so that no convolution can clamp: nothing else differs. */
        Net withValues() {
            for (int i = 0; i < unclamped.size(); i++) {
                graph.output("unclamped" + i, unclamped.get(i));
            }
            return this;
        }
    }

    private static CpuDevice device(Simd simd, int threads, Precision precision) {
        return new CpuDevice(new DeviceOptions(threads, precision), true, simd);
    }

    private static int[] run(Net net, Simd simd, int threads, Precision precision, Tensor images, String output) {
        try (CpuDevice device = device(simd, threads, precision);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            program.feed("x", images);
            program.run();
            float[] values = program.fetch(output).floats();
            int[] bits = new int[values.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Float.floatToIntBits(values[i]);
            }
            return bits;
        }
    }

    private static int[] gradient(Net net, Tensor images) {
        return run(net, Simd.chosen(), 1, Precision.FAST, images, "gradient");
    }

    private static String explain(Net net) {
        try (CpuDevice device = device(Simd.chosen(), 1, Precision.FAST);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            return program.explain();
        }
    }

    private static long arena(Net net) {
        try (CpuDevice device = device(Simd.chosen(), 1, Precision.FAST);
                CpuProgram program = (CpuProgram) device.compile(net.graph)) {
            return program.arenaBytes();
        }
    }

    private static long count(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    private static Tensor images(int count, int channels) {
        Random random = new Random(5);
        float[] values = new float[count * channels * HEIGHT * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(count, channels, HEIGHT, WIDTH), values);
    }

    @Test
    void everyClampOfAnAttackLeavesBits() {
        String text = explain(Net.mobile(1, 3));
        assertEquals(7, count(text, "leaves bits"), text);
        // The last clamp's gradient follows an elementwise op, which reads no bits.
        assertEquals(7, count(text, "+ ClampGradient, by bits"), text);
        assertEquals(0, count(explain(Net.mobile(1, 3).withValues()), "bits"));
    }

    @Test
    void theSameBitsOnAllWidthsAsOneAfterTheOther() {
        for (Precision precision : Precision.values()) {
            Tensor images = images(2, 3);
            images.floats()[40] = Float.NaN;
            images.floats()[700] = Float.POSITIVE_INFINITY;
            int[] expected = run(Net.mobile(2, 2).withValues(), Simd.chosen(), 1, precision, images, "gradient");
            for (Simd simd : List.of(Simd.chosen(), Simd.OFF)) {
                for (int threads = 1; threads <= 2; threads++) {
                    assertArrayEquals(expected,
                            run(Net.mobile(2, 2), simd, threads, precision, images, "gradient"),
                            precision + ", " + simd + ", " + threads + " threads");
                }
            }
        }
    }

    /** The numbers where an implementation could differ, in turn through all lanes. */
    private static Tensor edges(int channels) {
        float[] values = images(1, channels).floats();
        for (int i = 0; i < values.length; i++) {
            values[i] = EDGES[i % EDGES.length];
        }
        return Tensor.of(Shape.of(1, channels, HEIGHT, WIDTH), values);
    }

    /** A product of the image with 1 is the image in its pixel, but adds 0 times its other channels: finite ones. */
    private static Tensor finiteEdges(int channels) {
        Tensor edges = edges(channels);
        float[] values = edges.floats();
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isFinite(values[i]) ? values[i] : 6f;
        }
        return edges;
    }

    @Test
    void theGradientPassesAtBothBounds() {
        for (Simd simd : List.of(Simd.chosen(), Simd.OFF)) {
            Net net = new Net(1, 20);
            Value y = net.same(net.clamp(net.same(net.x)));
            net.graph.output("y", y);
            net.graph.output("gradient", Gradients.of(y.sum(), List.of(net.x)).get(0));
            assertEquals(1, count(explain(net), "leaves bits"));
            Tensor images = finiteEdges(20);
            int[] gradient = run(net, simd, 1, Precision.DIRECT, images, "gradient");
            int[] values = run(net, simd, 1, Precision.DIRECT, images, "y");
            for (int i = 0; i < gradient.length; i++) {
                float x = images.floats()[i];
                assertEquals(x >= 0 && x <= 6 ? 1f : 0f, Float.intBitsToFloat(gradient[i]),
                        simd + ", gradient at " + x);
                assertEquals(Math.clamp(x, 0f, 6f) + 0f, Float.intBitsToFloat(values[i]), simd + " at " + x);
            }
        }
    }

    /** Depthwise, so that what is not finite stays in its lane. */
    @Test
    void whatIsNotFiniteAtTheBounds() {
        for (int stride = 1; stride <= 2; stride++) {
            for (String output : List.of("y", "gradient")) {
                int[][] found = new int[3][];
                for (int k = 0; k < 3; k++) {
                    Net net = new Net(1, 40);
                    Value inner = net.clamp(net.normalised(net.x, 40, 1, 1, 40));
                    Value y = net.normalised(inner, 40, 3, stride, 40);
                    net.graph.output("y", y);
                    net.gradient(y);
                    Net own = k == 0 ? net.withValues() : net;
                    found[k] = run(own, k == 2 ? Simd.OFF : Simd.chosen(), 1, Precision.FAST, edges(40), output);
                }
                assertTrue(Arrays.stream(found[0]).anyMatch(bits -> Float.isNaN(Float.intBitsToFloat(bits))));
                assertArrayEquals(found[0], found[1], output + ", stride " + stride);
                assertArrayEquals(found[0], found[2], output + ", stride " + stride + ", without vectors");
            }
        }
    }

    /** Where a clamp's gradient is not the end of something that reads bits, the convolution does not clamp. */
    @Test
    void clampsWhoseGradientsFindNoBitsStayApart() {
        for (int kind = 0; kind < 3; kind++) {
            Net[] nets = new Net[2];
            for (int k = 0; k < 2; k++) {
                Net net = new Net(2, 32);
                Value y = switch (kind) {
                    // The gradient of a mean is no instruction that masks.
                    case 0 -> Pooling.avgPool2d(Pooling.Window.square(2, 2, 0), false,
                            net.clamp(net.normalised(net.x, 32, 3, 1, 1)));
                    // Groups of 8 channels share a block.
                    case 1 -> net.clamp(net.normalised(net.x, 32, 3, 1, 4));
                    // Few channels are images in the plain order.
                    default -> net.clamp(net.normalised(net.x, 2, 1, 1, 1));
                };
                net.gradient(net.clamp(net.normalised(y, 32, 3, 1, 1)));
                nets[k] = net;
            }
            String text = explain(nets[0]);
            assertTrue(count(text, "leaves bits") < 2, text);
            assertArrayEquals(gradient(nets[1].withValues(), images(2, 32)), gradient(nets[0], images(2, 32)),
                    "kind " + kind);
        }
    }

    @Test
    void gradientsOfWeights() {
        int[][][] found = new int[2][][];
        for (int k = 0; k < 2; k++) {
            Net net = Net.mobile(2, 2);
            List<Value> all = new ArrayList<>(net.weights);
            Value y = net.clamp(net.normalised(net.x, 32, 3, 1, 1));
            Value loss = net.normalised(y, 16, 3, 1, 1).square().sum();
            all = net.weights.subList(all.size(), net.weights.size());
            List<Value> gradients = Gradients.of(loss, all);
            for (int i = 0; i < gradients.size(); i++) {
                net.graph.output("w" + i, gradients.get(i));
            }
            Net own = k == 0 ? net.withValues() : net;
            found[k] = new int[gradients.size()][];
            for (int i = 0; i < gradients.size(); i++) {
                found[k][i] = run(own, Simd.chosen(), 2, Precision.FAST, images(2, 3), "w" + i);
            }
        }
        assertTrue(Arrays.deepEquals(found[0], found[1]));
    }

    /** Without gradients nothing is left, and a minimum after ReLU is as good as a clamp. */
    @Test
    void bothFormsWithoutGradients() {
        int[][] found = new int[4][];
        for (int k = 0; k < 4; k++) {
            Net net = new Net(1, 40);
            Value u = net.normalised(net.x, 40, 3, 1, 40);
            Value y = k < 2 ? u.clamp(0, 6) : u.relu().min(net.graph.fill(Shape.scalar(), 6));
            net.graph.output("y", y);
            if (k % 2 == 0) {
                net.graph.output("u", u);
            } else {
                assertEquals(1, count(explain(net), "+ Clamp"), explain(net));
                assertEquals(0, count(explain(net), "bits"));
            }
            found[k] = run(net, Simd.chosen(), 1, Precision.FAST, edges(40), "y");
        }
        for (int k = 1; k < 4; k++) {
            assertArrayEquals(found[0], found[k], "form " + k);
        }
    }

    /** A minimum shares the gradient of a tie in halves, which a bit cannot say: it stays an op of its own. */
    @Test
    void gradientsOfAMinimum() {
        Net net = new Net(1, 20);
        Value y = net.same(net.same(net.x).relu().min(net.graph.fill(Shape.scalar(), 6)));
        net.graph.output("gradient", Gradients.of(y.sum(), List.of(net.x)).get(0));
        assertEquals(0, count(explain(net), "+ Clamp"));
        Tensor images = finiteEdges(20);
        int[] gradient = run(net, Simd.chosen(), 1, Precision.DIRECT, images, "gradient");
        for (int i = 0; i < gradient.length; i++) {
            float x = images.floats()[i];
            assertEquals(x == 6 ? 0.5f : x > 0 && x < 6 ? 1f : 0f, Float.intBitsToFloat(gradient[i]), "at " + x);
        }
    }

    /** Bounds that a convolution does not know are clamps of their own. */
    @Test
    void otherBounds() {
        double[][] bounds = {{-1, 6}, {-0.0, 6}, {0, Double.POSITIVE_INFINITY}, {0, 0}};
        for (double[] b : bounds) {
            Net net = new Net(1, 20);
            Value u = net.same(net.x);
            Value y = u.clamp(b[0], b[1]);
            net.graph.output("y", y);
            assertEquals(0, count(explain(net), "+ Clamp"));
            int[] values = run(net, Simd.chosen(), 1, Precision.DIRECT, finiteEdges(20), "y");
            assertEquals((float) Math.max(b[0], Math.min(6, b[1])) + 0f, Float.intBitsToFloat(values[2]) + 0f);
        }
    }

    @Test
    void memoryGrowsByBitsAlone() {
        long three = arena(Net.mobile(1, 3));
        long nine = arena(Net.mobile(1, 9));
        long values = 4L * 80 * 5 * 6;
        long scales = 2 * 4 * (72 + 72 + 24);
        assertTrue(nine - three <= 6 * (2 * values / 16 + scales) + 4096, three + " and " + nine + " bytes");
        assertTrue(arena(Net.mobile(1, 9).withValues()) > nine + 12 * values);
    }
}
