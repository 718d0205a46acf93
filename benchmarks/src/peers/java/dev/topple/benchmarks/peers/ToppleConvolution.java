// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A convolution on Topple's device {@code cpu}, frozen weight. With one layer the image comes and the result leaves as
 * plain NCHW, as libtorch's do. With several the layers' results (of different weights) are added up, so that the time
 * of one more is that of a convolution with a residual inside a network, where images stay in the device's own layout.
 */
@BenchmarkMode(Mode.AverageTime)
@Fork(0)
@State(Scope.Thread)
public class ToppleConvolution {

    /** As {@link ConvolutionCase} reads it. */
    @Param("4x64x72x96-64k3s1d1g1")
    private String shape;

    /** What is computed. */
    @Param("FORWARD")
    private Pass pass;

    /** How many convolutions are added up. */
    @Param("1")
    private int layers;

    /** Threads of the device. */
    @Param("1")
    private int threads;

    private Device device;
    private Executable program;

    /** Compiles and feeds. */
    @Setup
    public void compile() {
        device = Devices.open("cpu", new DeviceOptions(threads));
        program = compile(device, ConvolutionCase.of(shape), pass, layers);
    }

    private static Executable compile(Device device, ConvolutionCase c, Pass pass, int layers) {
        Geometry geometry = Geometry.UNIT.stride(c.stride()).dilation(c.dilation()).padding(c.padding())
                .groups(c.groups());
        TensorType image = TensorType.f32(c.images(), c.in(), c.height(), c.width());
        TensorType result = TensorType.f32(c.images(), c.out(), c.outHeight(), c.outWidth());
        Graph graph = new Graph();
        Value x = graph.input("x", pass == Pass.FORWARD ? image : result);
        RandomSource random = new RandomSource(1);
        Shape weights = Shape.of(c.out(), c.in() / c.groups(), c.kernel(), c.kernel());
        Value sum = null;
        for (int i = 0; i < layers; i++) {
            Value w = graph.read(new Variable("w" + i, random(random, weights)));
            Value y = switch (pass) {
                case FORWARD -> Convolution.conv2d(geometry, x, w);
                case INPUT_GRADIENT -> Convolution.inputGradient(geometry, x, w, c.height(), c.width());
            };
            sum = sum == null ? y : y.plus(sum);
        }
        graph.output("y", sum);
        Executable program = device.compile(graph);
        program.feed("x", random(random, x.shape()));
        return program;
    }

    private static Tensor random(RandomSource random, Shape shape) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(shape, values);
    }

    /** How the device says that it computes a convolution. */
    static String algorithm(ConvolutionCase c, Pass pass, int threads) {
        try (Device device = Devices.open("cpu", new DeviceOptions(threads));
                Executable program = compile(device, c, pass, 1)) {
            return String.join(", ", Algorithms.count(program.explain()).keySet());
        }
    }

    /** One run. */
    @Benchmark
    public void run(Clock clock) {
        clock.start();
        program.run();
        clock.stop();
    }

    /** Ends the device's threads. */
    @TearDown
    public void close() {
        program.close();
        device.close();
    }
}
