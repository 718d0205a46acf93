// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Resized logits and their cross-entropy in one instruction give what the ops give one by one. */
class ResizedLossTest {

    private static final int IGNORED = 255;

    /** A case by its sizes. */
    private record Sizes(Method method, int n, int classes, int h, int w, int height, int width) {

        Graph graph() {
            Graph graph = new Graph();
            Value x = graph.input("x", TensorType.f32(n, classes, h, w));
            Value labels = graph.input("labels", TensorType.i32(n, height, width));
            Value weights = graph.input("weights", TensorType.f32(n));
            Value each = Softmax.crossEntropy(Resampling.resize(method, x.times(1.5), height, width), labels, IGNORED);
            Value loss = each.sum(1, 2);
            graph.output("each", each);
            graph.output("gradient", Gradients.of(loss.times(weights), x));
            return graph;
        }

        Tensor logits(long seed) {
            Random random = new Random(seed);
            Tensor x = Tensor.zeros(TensorType.f32(n, classes, h, w));
            for (int i = 0; i < x.floats().length; i++) {
                x.floats()[i] = (float) random.nextGaussian() * 4;
            }
            return x;
        }

        Tensor labels(long seed) {
            Random random = new Random(seed);
            Tensor labels = Tensor.zeros(TensorType.i32(n, height, width));
            for (int i = 0; i < labels.ints().length; i++) {
                labels.ints()[i] = random.nextInt(5) == 0 ? IGNORED : random.nextInt(classes);
            }
            return labels;
        }

        Tensor weights() {
            Tensor weights = Tensor.zeros(TensorType.f32(n));
            for (int i = 0; i < n; i++) {
                weights.floats()[i] = 0.5f + i;
            }
            return weights;
        }
    }

    private static Executable run(Device device, Graph graph, Tensor x, Tensor labels, Tensor weights) {
        Executable program = device.compile(graph);
        program.feed("x", x);
        program.feed("labels", labels);
        program.feed("weights", weights);
        program.run();
        return program;
    }

    private static void close(Tensor expected, Tensor actual, double tolerance, String what) {
        double scale = 1e-3;
        for (float value : expected.floats()) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < expected.floats().length; i++) {
            assertEquals(expected.floats()[i], actual.floats()[i], tolerance * scale, what + ", element " + i);
        }
    }

    private static boolean fused(Executable program) {
        return program.explain().contains("Resize + CrossEntropy");
    }

    @Test
    void itAgreesWithTheReference() {
        Sizes[] cases = {new Sizes(Method.BILINEAR, 2, 5, 6, 8, 12, 16),
            new Sizes(Method.BILINEAR, 1, 13, 9, 7, 72, 56),
            new Sizes(Method.BILINEAR, 3, 2, 1, 1, 5, 21), new Sizes(Method.BILINEAR, 1, 17, 5, 6, 13, 70),
            new Sizes(Method.BILINEAR_ALIGN_CORNERS, 2, 4, 5, 9, 17, 33),
            new Sizes(Method.BILINEAR, 1, 3, 20, 40, 7, 11), new Sizes(Method.NEAREST, 2, 6, 10, 5, 23, 19),
            new Sizes(Method.BILINEAR, 1, 3, 33, 2, 66, 150)};
        for (Sizes sizes : cases) {
            for (Simd simd : new Simd[] {Simd.chosen(), Simd.OFF}) {
                try (CpuDevice device = new CpuDevice(new DeviceOptions(2), true, simd);
                        Device reference = Devices.open("reference", DeviceOptions.DEFAULT)) {
                    Executable actual = run(device, sizes.graph(), sizes.logits(1), sizes.labels(2), sizes.weights());
                    Executable expected =
                            run(reference, sizes.graph(), sizes.logits(1), sizes.labels(2), sizes.weights());
                    assertTrue(fused(actual), actual.explain());
                    close(expected.fetch("each"), actual.fetch("each"), 2e-6, sizes + ", loss");
                    close(expected.fetch("gradient"), actual.fetch("gradient"), 2e-6, sizes + ", gradient");
                }
            }
        }
    }

    @Test
    void neighboursThreadsAndVectorsDoNotMatter() {
        Sizes batch = new Sizes(Method.BILINEAR, 3, 7, 18, 10, 36, 37);
        Sizes alone = new Sizes(Method.BILINEAR, 1, 7, 18, 10, 36, 37);
        Tensor x = batch.logits(5);
        Tensor labels = batch.labels(6);
        Tensor weights = batch.weights();
        try (CpuDevice two = new CpuDevice(new DeviceOptions(2));
                CpuDevice one = new CpuDevice(new DeviceOptions(1), true, Simd.OFF)) {
            Executable all = run(two, batch.graph(), x, labels, weights);
            for (int image = 0; image < 3; image++) {
                Tensor xRow = row(x, image);
                Tensor weight = row(weights, image);
                Tensor labelRow = Tensor.of(labels.shape().with(0, 1), Arrays.copyOfRange(labels.ints(),
                        image * 36 * 37, (image + 1) * 36 * 37));
                Executable single = run(one, alone.graph(), xRow, labelRow, weight);
                for (String name : new String[] {"each", "gradient"}) {
                    assertTrue(row(all.fetch(name), image).sameBits(single.fetch(name)), name + " of image " + image);
                }
            }
        }
    }

    private static Tensor row(Tensor batch, int image) {
        Shape shape = batch.shape().with(0, 1);
        return Tensor.of(shape, Arrays.copyOfRange(batch.floats(), image * shape.size(), (image + 1) * shape.size()));
    }

    /** NaN stays with the places that it belongs to, and ignored places know nothing of it. */
    @Test
    void whatIsNotANumberStaysWhereItIs() {
        Sizes sizes = new Sizes(Method.BILINEAR, 1, 3, 8, 8, 16, 16);
        Tensor labels = sizes.labels(1);
        Arrays.fill(labels.ints(), 1);
        labels.ints()[5 * 16 + 5] = 77;
        Tensor x = sizes.logits(2);
        x.floats()[7 * 8 + 7] = Float.NaN;
        for (int i = 13; i < 16; i++) {
            Arrays.fill(labels.ints(), i * 16 + 13, i * 16 + 16, IGNORED);
        }
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1));
                Device reference = Devices.open("reference", DeviceOptions.DEFAULT)) {
            Executable actual = run(device, sizes.graph(), x, labels, sizes.weights());
            Executable expected = run(reference, sizes.graph(), x, labels, sizes.weights());
            assertTrue(fused(actual));
            for (String name : new String[] {"each", "gradient"}) {
                float[] a = actual.fetch(name).floats();
                float[] e = expected.fetch(name).floats();
                int bad = 0;
                for (int i = 0; i < e.length; i++) {
                    assertEquals(Float.isNaN(e[i]), Float.isNaN(a[i]), name + ", element " + i);
                    bad += Float.isNaN(a[i]) ? 1 : 0;
                }
                assertTrue(bad > 0 && bad < e.length / 2, name + " has " + bad);
            }
        }
    }

    @Test
    void itIsLeftAloneWhereOthersNeedTheLargeLogits() {
        assertFalse(compiled(large -> large.argMax(1)));
        assertFalse(compiled(large -> large));
        assertTrue(compiled(large -> large.graph().fill(Shape.scalar(), 0)));
    }

    /** Whether a loss is fused if something more is made of the logits. */
    private static boolean compiled(Function<Value, Value> more) {
        Graph graph = new Graph();
        Value large = Resampling.resize(Method.BILINEAR, graph.input("x", TensorType.f32(1, 3, 4, 4)), 8, 8);
        Value labels = graph.input("labels", TensorType.i32(1, 8, 8));
        graph.output("loss", Softmax.crossEntropy(large, labels, IGNORED));
        graph.output("more", more.apply(large));
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1)); Executable program = device.compile(graph)) {
            return fused(program);
        }
    }

    /** A gradient that differs from place to place needs the ops themselves. */
    @Test
    void placesWithWeightsOfTheirOwnAreNotFused() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(1, 3, 4, 4));
        Value labels = graph.input("labels", TensorType.i32(1, 8, 8));
        Value each = Softmax.crossEntropy(Resampling.resize(Method.BILINEAR, x, 8, 8), labels, IGNORED);
        graph.output("gradient", Gradients.of(each.times(graph.input("w", TensorType.f32(1, 8, 8))).sum(1, 2), x));
        graph.output("each", each);
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1)); Executable program = device.compile(graph)) {
            assertFalse(fused(program), program.explain());
        }
    }
}
