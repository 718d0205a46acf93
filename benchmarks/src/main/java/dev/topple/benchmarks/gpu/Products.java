// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times products of matrices, by Topple's own kernels and by cuBLAS, and how fast memory is read and written: the
 * ceilings of everything else. Programs are put into the stream many at a time and waited for once; that is repeated, and
 * the median counts.
 */
public final class Products {

    private static final int REPEATS = 7;
    private static final double LEAST_SECONDS = 0.02;

    private final Device device;
    private final Executable marker;
    private final Tensor one = Tensor.zeros(TensorType.f32(1));

    private Products(Device device) {
        this.device = device;
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32(1)).plus(1));
        marker = device.compile(graph);
        marker.feed("x", one);
    }

    /**
     * Measures.
     *
     * @param args {@code facts=FILE device=NAME sizes=1024,4096 precisions=exact,fast by=own,cublas copy=67108864}: the
     *        sides of square matrices, the number of floats to copy
     */
    public static void main(String[] args) {
        Arguments arguments = Arguments.of(args);
        Facts facts = arguments.facts();
        try (Device device = arguments.open(Precision.EXACT, "auto")) {
            copy(device, Integer.parseInt(arguments.text("copy")), facts);
        }
        for (String precision : arguments.words("precisions")) {
            Map<Integer, Tensor> results = new LinkedHashMap<>();
            for (String by : arguments.words("by")) {
                try (Device device = arguments.open(Precision.of(precision), by)) {
                    for (int size : arguments.numbers("sizes")) {
                        Timed timed = new Products(device).product(size);
                        double difference = results.containsKey(size)
                                ? difference(timed.result(), results.get(size))
                                : 0;
                        results.putIfAbsent(size, timed.result());
                        facts.add(JsonValue.object().put("kind", "product").put("size", size)
                                .put("precision", precision).put("by", by).put("ms", timed.milliseconds())
                                .put("difference", difference).build());
                    }
                } catch (DeviceUnavailableException e) {
                    facts.add(Skipped.fact("products " + precision + " by " + by, e.getMessage()));
                }
            }
        }
    }

    private static void copy(Device device, int elements, Facts facts) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(elements));
        graph.output("y", x.plus(1));
        try (Executable program = device.compile(graph)) {
            program.feed("x", random(1, Shape.of(elements)));
            double milliseconds = new Products(device).time(program);
            facts.add(JsonValue.object().put("kind", "copy").put("bytes", 8L * elements).put("ms", milliseconds)
                    .build());
        }
    }

    private record Timed(double milliseconds, Tensor result) {}

    private Timed product(int size) {
        Graph graph = new Graph();
        Value a = graph.input("a", TensorType.f32(size, size));
        graph.output("c", a.matmul(graph.input("b", TensorType.f32(size, size))));
        try (Executable program = device.compile(graph)) {
            program.feed("a", random(1, Shape.of(size, size)));
            program.feed("b", random(2, Shape.of(size, size)));
            double milliseconds = time(program);
            return new Timed(milliseconds, program.fetch("c"));
        }
    }

    private static Tensor random(long seed, Shape shape) {
        RandomSource random = new RandomSource(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return Tensor.of(shape, values);
    }

    /** How long a run takes, in milliseconds. */
    private double time(Executable program) {
        for (int i = 0; i < 3; i++) {
            program.run();
        }
        int count = 1;
        double seconds = seconds(program, count);
        while (seconds < LEAST_SECONDS) {
            count *= 2;
            seconds = seconds(program, count);
        }
        double[] times = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            times[i] = seconds(program, count) / count;
        }
        Arrays.sort(times);
        return 1000 * times[REPEATS / 2];
    }

    private double seconds(Executable program, int count) {
        marker.run();
        marker.fetch("y", one);
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            program.run();
        }
        marker.run();
        marker.fetch("y", one);
        return (System.nanoTime() - begin) * 1e-9;
    }

    private static double difference(Tensor a, Tensor b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < b.floats().length; i++) {
            double d = (double) a.floats()[i] - b.floats()[i];
            difference += d * d;
            size += (double) b.floats()[i] * b.floats()[i];
        }
        return Math.sqrt(difference / size);
    }
}
