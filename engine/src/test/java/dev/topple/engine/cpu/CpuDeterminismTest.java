// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits, whatever the threads, the neighbours and the state of the JVM. */
class CpuDeterminismTest {

    private static List<Tensor> attack(int threads, int first, int count) {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(threads));
                Executable program = device.compile(SmallNet.attack(count))) {
            program.feed("x", SmallNet.images(first, count));
            program.feed("labels", SmallNet.labels(first, count));
            program.run();
            return List.of(program.fetch("loss"), program.fetch("gradient"), program.fetch("step"));
        }
    }

    private static void assertSameBits(List<Tensor> expected, List<Tensor> actual, String what) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(expected.get(i).sameBits(actual.get(i)), what + ": tensor " + i + " differs");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void threadsDoNotMatter(int threads) {
        assertSameBits(attack(1, 0, 4), attack(threads, 0, 4), threads + " threads, attack");
        assertSameBits(SmallNet.train(1, true, Simd.chosen(), 4, 2), SmallNet.train(threads, true, Simd.chosen(), 4, 2),
                threads + " threads, training");
    }

    @Test
    void vectorsDoNotMatter() {
        assertSameBits(SmallNet.train(2, true, Simd.OFF, 3, 2), SmallNet.train(2, true, Simd.chosen(), 3, 2),
                "plain loops");
    }

    @Test
    void neighboursDoNotMatter() {
        List<Tensor> batch = attack(2, 0, 5);
        for (int image = 0; image < 5; image++) {
            List<Tensor> alone = attack(2, image, 1);
            for (int k = 0; k < alone.size(); k++) {
                Shape shape = alone.get(k).shape();
                float[] row = Arrays.copyOfRange(batch.get(k).floats(), image * shape.size(),
                        (image + 1) * shape.size());
                assertTrue(alone.get(k).sameBits(Tensor.of(shape, row)),
                        "image " + image + ", output " + k + " differs from the same image alone");
            }
        }
    }

    private static Tensor row(Tensor batch, int image) {
        Shape shape = batch.shape().with(0, 1);
        return Tensor.of(shape,
                Arrays.copyOfRange(batch.floats(), image * shape.size(), (image + 1) * shape.size()));
    }

    /** Runs a graph with a batch and with its first image alone; the output y must agree. */
    private static void assertNeighboursDoNotMatter(IntFunction<Graph> graphs, Map<String, Tensor> inputs) {
        int count = inputs.values().iterator().next().shape().dim(0);
        Tensor[] results = new Tensor[2];
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2))) {
            for (int k = 0; k < 2; k++) {
                boolean alone = k == 1;
                try (Executable program = device.compile(graphs.apply(alone ? 1 : count))) {
                    inputs.forEach((name, batch) -> program.feed(name, alone ? row(batch, 0) : batch));
                    program.run();
                    results[k] = program.fetch("y");
                }
            }
        }
        assertTrue(row(results[0], 0).sameBits(results[1]), "the first image differs from the same image alone");
    }

    private static Tensor gaussian(int... dims) {
        Random random = new Random(7);
        Tensor tensor = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < tensor.floats().length; i++) {
            tensor.floats()[i] = (float) random.nextGaussian();
        }
        return tensor;
    }

    /** A factor for each channel of one image looks like a factor for each channel of all images. */
    @Test
    void aGateForEachImageIsNoScaleOfTheConvolution() {
        Variable weight = new Variable("weight", gaussian(8, 3, 3, 3));
        Variable bias = new Variable("bias", gaussian(8));
        assertNeighboursDoNotMatter(count -> {
            Graph graph = new Graph();
            Value x = graph.input("x", TensorType.f32(count, 3, 9, 9));
            Value gate = x.mean(2, 3).reshape(count, 3, 1, 1).slice(1, 0, 1)
                    .plus(graph.input("gate", TensorType.f32(count, 8, 1, 1)));
            Value y = Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), x, graph.read(weight));
            graph.output("y", y.times(gate).plus(graph.read(bias).reshape(1, 8, 1, 1)));
            return graph;
        }, Map.of("x", gaussian(3, 3, 9, 9), "gate", gaussian(3, 8, 1, 1)));
    }

    /** The gradient of a mean begins with a constant whose sums are folded for small batches. */
    @Test
    void constantsOfManyImagesAreFoldedLikeThoseOfOne() {
        assertNeighboursDoNotMatter(count -> {
            Graph graph = new Graph();
            Value x = graph.input("x", TensorType.f32(count, 41));
            graph.output("y", Gradients.of(x.logSoftmax(1).mean(1), x));
            return graph;
        }, Map.of("x", gaussian(500, 41)));
    }

    @Test
    void repeatedRunsAgree() {
        // Long enough for some kernels to be compiled in between.
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2));
                Executable program = device.compile(SmallNet.attack(2))) {
            program.feed("x", SmallNet.images(0, 2));
            program.feed("labels", SmallNet.labels(0, 2));
            program.run();
            Tensor first = program.fetch("gradient");
            for (int i = 0; i < 40; i++) {
                program.run();
                assertTrue(first.sameBits(program.fetch("gradient")), "run " + i + " differs");
            }
        }
    }

    @Test
    void interpretedCodeAgrees() throws Exception {
        long here = 0;
        // Warm, so that at least part of it is compiled.
        for (int i = 0; i < 30; i++) {
            here = BitsProbe.checksum();
        }
        assertEquals(Long.toString(here), BitsProbe.inChild("-Xint"));
    }
}
