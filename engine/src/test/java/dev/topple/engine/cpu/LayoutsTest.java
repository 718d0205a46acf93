// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Images change their form at the edges of a chain alone, and the results are those of the reference. */
class LayoutsTest {

    private final CpuDevice device = new CpuDevice(new DeviceOptions(2));
    private final Random random = new Random(11);
    private final Graph graph = new Graph();

    @AfterEach
    void close() {
        device.close();
    }

    private Tensor gaussian(double deviation, Shape shape) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(shape, values);
    }

    private Value weight(int... dims) {
        return graph.read(new Variable("w" + Arrays.toString(dims), gaussian(0.2, Shape.of(dims))));
    }

    private Value input(int... dims) {
        return graph.input("x" + graph.inputs().size(), TensorType.f32(dims));
    }

    private Value convolution(Value x, int channels, int kernel) {
        return Convolution.conv2d(Convolution.Geometry.UNIT.padding(kernel / 2), x,
                weight(channels, x.shape().dim(1), kernel, kernel), weight(channels));
    }

    private long reorders() {
        try (CpuProgram program = (CpuProgram) device.compile(graph)) {
            return Arrays.stream(program.instructions()).filter(ReorderInstruction.class::isInstance).count();
        }
    }

    /** Compares all outputs with the reference, fused and not. */
    private void agrees() {
        List<Tensor> fed = graph.inputs().values().stream().map(value -> gaussian(1, value.shape())).toList();
        try (Device reference = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable oracle = reference.compile(graph);
                CpuDevice single = new CpuDevice(new DeviceOptions(1), false, Simd.chosen());
                Executable fused = device.compile(graph); Executable apart = single.compile(graph)) {
            for (Executable program : List.of(oracle, fused, apart)) {
                int i = 0;
                for (String name : graph.inputs().keySet()) {
                    program.feed(name, fed.get(i++));
                }
                program.run();
            }
            for (String name : graph.outputs().keySet()) {
                close(oracle.fetch(name).floats(), fused.fetch(name).floats(), name + ", fused");
                close(oracle.fetch(name).floats(), apart.fetch(name).floats(), name + ", not fused");
            }
        }
    }

    private static void close(float[] expected, float[] actual, String what) {
        double scale = 1e-3;
        for (float value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 2e-5 * scale, what + ", element " + i);
        }
    }

    @Test
    void aChainIsReorderedAtItsEdges() {
        Value h = input(2, 32, 6, 7);
        for (int i = 0; i < 4; i++) {
            h = convolution(h, 16 * (i + 1), 3).tanh();
        }
        graph.output("y", h);
        assertEquals(2, reorders());
        agrees();
    }

    @Test
    void fewChannelsAtAnEdgeNeedNoReorder() {
        Value h = convolution(convolution(input(2, 3, 6, 7), 32, 3).relu(), 20, 1).relu();
        graph.output("classes", convolution(h, 5, 1));
        assertEquals(0, reorders());
        agrees();
    }

    @Test
    void aValueOfTwoFormsIsReorderedOnce() {
        Value h = convolution(input(1, 3, 5, 9), 24, 3).relu();
        // Two readers of the plain form, and two of the blocked one.
        graph.output("h", h);
        graph.output("turned", h.transpose(0, 2, 3, 1).tanh());
        graph.output("next", convolution(h, 4, 1).plus(convolution(h, 4, 3)));
        assertEquals(1, reorders());
        agrees();
    }

    @Test
    void operandsOfManyShapesMeetBlockedImages() {
        Value h = convolution(input(3, 3, 5, 6), 20, 3);
        Value gate = h.mean(2, 3).reshape(3, 20, 1, 1).sigmoid();
        Value perImage = input(3, 1, 1, 1);
        Value perPixel = input(3, 1, 5, 6);
        Value perRow = input(5, 1);
        Value mixed = h.times(gate).plus(perImage).times(perPixel).plus(perRow).plus(weight(20, 1, 1))
                .max(weight(1, 20, 1, 1)).minus(0.25);
        graph.output("y", convolution(mixed, 4, 3));
        graph.output("dx", Gradients.of(convolution(mixed, 4, 3).tanh().sum(), h));
        agrees();
    }

    @Test
    void operandsThatNeedThePlainOrderGetIt() {
        Value h = convolution(input(2, 3, 4, 6), 18, 3);
        Value table = weight(1, 18, 4, 6);
        Value turned = weight(2, 18, 6, 4).transpose(0, 1, 3, 2);
        graph.output("y", convolution(h.times(table).plus(turned).reshape(2, 18, 6, 4).tanh(), 17, 1));
        graph.output("rows", h.reshape(2, 18, 24).relu());
        agrees();
    }

    @Test
    void imagesAreJoinedCutAndFramedInBlocks() {
        Value x = input(2, 3, 5, 6);
        Value joined = Layout.concat(1, List.of(convolution(x, 16, 3), convolution(x, 32, 1), convolution(x, 20, 3)));
        Value framed = Layout.pad(joined, new int[] {0, 0, 1, 2}, new int[] {0, 0, 0, 1}, 0.5);
        Value below = Layout.concat(2, List.of(framed, framed.times(2)));
        Value cut = convolution(below.slice(1, 16, 48).slice(3, 1, 8), 16, 3);
        graph.output("y", convolution(cut, 4, 1));
        graph.output("dx", Gradients.of(convolution(cut, 4, 1).tanh().sum(), x));
        assertEquals(0, reorders());
        agrees();
    }

    @Test
    void channelsThatFillNoBlockAreJoinedPlainly() {
        Value x = input(2, 3, 5, 6);
        Value joined = Layout.concat(1, List.of(convolution(x, 20, 3), convolution(x, 16, 1)));
        graph.output("y", convolution(joined.slice(1, 3, 30), 16, 3));
        agrees();
    }

    @Test
    void poolingAndInterpolationFollow() {
        Value h = convolution(input(2, 3, 8, 10), 33, 3).relu();
        Value pooled = Pooling.maxPool2d(Pooling.Window.square(3, 2, 1), h).result(0);
        Value mean = Pooling.avgPool2d(Pooling.Window.square(2, 2, 0), true, pooled);
        Value large = Resampling.resize(Resampling.Method.BILINEAR, mean, 8, 10);
        Value near = Resampling.resize(Resampling.Method.NEAREST, pooled, 8, 10);
        Value y = convolution(large.plus(near).plus(h), 4, 1);
        graph.output("y", y);
        graph.output("dh", Gradients.of(y.tanh().sum(), h));
        agrees();
    }

    @Test
    void statisticsOfBlockedImages() {
        Value x = input(3, 3, 5, 6);
        Value h = BatchNorm.training(convolution(x, 21, 3), weight(21), weight(21), 1e-3).result(0).relu();
        Value y = convolution(h, 4, 1);
        graph.output("mean", h.mean(0, 2, 3));
        graph.output("dx", Gradients.of(y.tanh().sum(), x));
        agrees();
    }

    /** The mask of a ReLU joins the gradient before it, also after the sum with a shortcut's gradient. */
    @Test
    void theWayBackOfAResidualBlockIsFused() {
        Value x = input(2, 16, 6, 7);
        Value a = convolution(x, 16, 3).relu();
        Value b = convolution(convolution(a, 16, 3).relu(), 16, 3).plus(a).relu();
        graph.output("dx", Gradients.of(convolution(b, 4, 1).sum(), x));
        try (CpuProgram program = (CpuProgram) device.compile(graph)) {
            String text = program.explain();
            assertEquals(2, text.lines().filter(line -> line.contains("InputGradient")
                    && line.contains("+ ReluGradient") && !line.contains("+ residual")).count(), text);
            assertEquals(1, text.lines().filter(line -> line.contains("+ residual + ReluGradient")).count(), text);
            assertTrue(text.lines().noneMatch(line -> line.contains("Add")), text);
        }
        agrees();
    }

    /** A view of another shape lies in the plain order, whatever the form of what it is a view of. */
    @Test
    void viewsAreReadInThePlainOrder() {
        Value flat = input(2, 32 * 6 * 7);
        Value a = convolution(flat.reshape(2, 32, 6, 7), 24, 3).relu();
        Value b = convolution(a.reshape(4, 12, 6, 7), 20, 3);
        Value c = Pooling.avgPool2d(Pooling.Window.square(2, 2, 0), true, convolution(b, 24, 1).reshape(8, 12, 6, 7));
        Value d = Resampling.resize(Resampling.Method.BILINEAR, c.reshape(4, 24, 3, 3), 6, 6);
        graph.output("y", convolution(d, 5, 3));
        graph.output("dx", Gradients.of(convolution(d, 4, 1).tanh().sum(), flat));
        agrees();
    }

    /** The mask of a ReLU before an interpolation joins the gradient of the interpolation. */
    @Test
    void theWayBackOfAResizedReluIsFused() {
        for (Resampling.Method method : Resampling.Method.values()) {
            Value x = input(2, 20, 6, 7);
            Value a = convolution(x, 20, 1).relu();
            graph.output("dx" + method,
                    Gradients.of(convolution(Resampling.resize(method, a, 9, 14), 17, 1).tanh().sum(), x));
        }
        try (CpuProgram program = (CpuProgram) device.compile(graph)) {
            String text = program.explain();
            assertEquals(Resampling.Method.values().length, text.lines().filter(
                    line -> line.contains("ResizeGradient") && line.contains(" + ReluGradient")).count(), text);
        }
        agrees();
    }

    /** What the forms are decided by is written in each line of the dump: they must be those of one image. */
    @Test
    void formsDoNotDependOnTheBatch() {
        assertEquals(forms(1), forms(7));
    }

    private List<String> forms(int images) {
        Graph each = new Graph();
        Value x = each.input("x", TensorType.f32(images, 3, 6, 7));
        Value h = Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), x,
                each.read(new Variable("a", gaussian(1, Shape.of(24, 3, 3, 3))))).relu();
        Value gated = h.times(h.mean(2, 3).reshape(images, 24, 1, 1)).plus(h.sum(1, 2, 3).reshape(images, 1, 1, 1));
        Value y = Convolution.conv2d(Convolution.Geometry.UNIT, gated,
                each.read(new Variable("b", gaussian(1, Shape.of(10, 24, 1, 1)))));
        each.output("y", y);
        each.output("dx", Gradients.of(y.tanh().sum(1, 2, 3), x));
        try (CpuProgram program = (CpuProgram) device.compile(each)) {
            return Arrays.stream(program.instructions())
                    .map(instruction -> instruction.getClass().getSimpleName() + " " + instruction.reason()).toList();
        }
    }
}
