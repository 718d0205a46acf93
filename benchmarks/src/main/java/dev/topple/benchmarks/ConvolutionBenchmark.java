// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks;

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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One convolution and its two gradients on the device {@code cpu}, in the sizes of encoders. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsPrepend = {"--add-modules=jdk.incubator.vector",
    "-XX:ObjectAlignmentInBytes=64", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseTransparentHugePages"})
@State(Scope.Thread)
public class ConvolutionBenchmark {

    /** Images, input channels, height, width, output channels, kernel, stride, dilation. */
    @Param({"16x32x48x64-32k3s1d1", "16x96x12x16-96k3s1d1", "4x64x72x96-64k3s1d1", "4x128x36x48-128k3s1d1",
        "4x256x18x24-256k3s1d2", "4x256x18x24-1024k1s1d1", "4x64x72x96-128k3s2d1"})
    private String shape;

    /** What is computed. */
    @Param({"FORWARD", "INPUT_GRADIENT", "WEIGHT_GRADIENT"})
    private Pass pass;

    /** Threads of the device; 0 for all processors. */
    @Param("0")
    private int threads;

    private Device device;
    private Executable program;

    /** A convolution, or the gradient of one of its operands. */
    public enum Pass {
        FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT
    }

    /** Compiles the program and feeds it. */
    @Setup
    public void compile() {
        int[] s = java.util.regex.Pattern.compile("\\D+").splitAsStream(shape).mapToInt(Integer::parseInt).toArray();
        int kernel = s[5];
        Geometry geometry = Geometry.UNIT.stride(s[6]).dilation(s[7]).padding(s[7] * (kernel - 1) / 2);
        int outH = geometry.outHeight(s[2], kernel);
        int outW = geometry.outWidth(s[3], kernel);
        device = Devices.open("cpu", new DeviceOptions(threads));
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(s[0], s[1], s[2], s[3]));
        Value w = graph.input("w", TensorType.f32(s[4], s[1], kernel, kernel));
        Value g = graph.input("g", TensorType.f32(s[0], s[4], outH, outW));
        graph.output("y", switch (pass) {
            case FORWARD -> Convolution.conv2d(geometry, x, w);
            case INPUT_GRADIENT -> Convolution.inputGradient(geometry, g, w, s[2], s[3]);
            case WEIGHT_GRADIENT -> Convolution.weightGradient(geometry, x, g, kernel, kernel);
        });
        program = device.compile(graph);
        RandomSource random = new RandomSource(1, 0);
        graph.inputs().forEach((name, value) -> program.feed(name, random(random, value.shape())));
    }

    private static Tensor random(RandomSource random, Shape shape) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(shape, values);
    }

    /** Ends the device's threads. */
    @TearDown
    public void close() {
        device.close();
    }

    /** One run. */
    @Benchmark
    public void run() {
        program.run();
    }
}
