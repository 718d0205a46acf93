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
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fused instructions compute what the ops do one by one. */
class CpuFusionTest {

    private static Tensor values(Random random, Shape shape) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, values);
    }

    private static void close(float[] expected, float[] actual, double tolerance, String what) {
        double scale = 1e-3;
        for (float value : expected) {
            scale = Float.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * scale, what + ", element " + i);
        }
    }

    @Test
    void aNetTrainsTheSameFusedAndNot() {
        List<Tensor> fused = SmallNet.train(2, true, Simd.chosen(), 3, 2);
        List<Tensor> single = SmallNet.train(2, false, Simd.chosen(), 3, 2);
        for (int i = 0; i < fused.size(); i++) {
            close(single.get(i).floats(), fused.get(i).floats(), 1e-4, "tensor " + i);
        }
    }

    /** A graph of random elementwise ops, reductions and products over a few variables, some assigned anew. */
    private static Graph random(long seed, List<Variable> variables) {
        Random random = new Random(seed);
        Graph graph = new Graph();
        Shape[] shapes = {Shape.of(2, 3, 4, 5), Shape.of(1, 3, 1, 1), Shape.of(2, 1, 1, 1), Shape.scalar(),
            Shape.of(4, 1), Shape.of(2, 3, 1, 5)};
        List<Value> pool = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Variable variable = new Variable("v" + i, values(random, shapes[i == 0 ? 0 : random.nextInt(6)]));
            variables.add(variable);
            pool.add(graph.read(variable));
        }
        for (int i = 0; i < 25; i++) {
            Value x = pool.get(random.nextInt(pool.size()));
            Value y = pool.get(random.nextInt(pool.size()));
            if (!x.shape().broadcastsTo(y.shape()) && !y.shape().broadcastsTo(x.shape())) {
                continue;
            }
            pool.add(switch (random.nextInt(13)) {
                case 0, 1 -> x.plus(y).times(0.5);
                case 2 -> x.minus(y);
                case 3 -> x.times(y).tanh();
                case 4 -> x.max(y);
                case 5 -> x.relu();
                case 6 -> x.compare(Relation.LESS, y).choose(x, y);
                case 7 -> x.sigmoid().minus(0.5);
                case 8 -> x.shape().rank() == 4 ? x.sumKeepingAxes(1, 3).times(0.2) : x.abs().plus(0.1).log();
                case 9 -> x.shape().rank() == 4 ? x.sumKeepingAxes(0).times(0.5) : x.abs().sqrt().max(y);
                case 10 -> x.sign().times(y.abs());
                case 11 -> x.clamp(-0.5, 0.5).plus(graph.fill(y.shape(), 0.25));
                default -> x.shape().broadcastsTo(shapes[0]) ? x.broadcastTo(shapes[0]) : x.negate();
            });
        }
        for (int i = 0; i < 4; i++) {
            graph.output("out" + i, pool.get(pool.size() - 1 - random.nextInt(8)));
        }
        for (Variable variable : variables) {
            if (random.nextInt(4) == 0) {
                continue;
            }
            List<Value> fitting = pool.stream().filter(v -> v.type().equals(variable.type())).toList();
            graph.assign(variable, fitting.get(random.nextInt(fitting.size())));
        }
        return graph;
    }

    private static Map<String, float[]> results(Device device, Graph graph, List<Variable> variables) {
        Map<String, float[]> results = new LinkedHashMap<>();
        try (Executable program = device.compile(graph)) {
            for (int run = 0; run < 2; run++) {
                program.run();
                for (String output : graph.outputs().keySet()) {
                    results.put(output + " of run " + run, program.fetch(output).floats());
                }
            }
        }
        variables.forEach(variable -> results.put(variable.name(), device.read(variable).floats()));
        device.close();
        return results;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void randomGraphsAgreeWithTheReference(boolean fuse) {
        for (long seed = 0; seed < 150; seed++) {
            List<Variable> variables = new ArrayList<>();
            Graph graph = random(seed, variables);
            Map<String, float[]> expected = results(Devices.open("reference", DeviceOptions.DEFAULT), graph, variables);
            Map<String, float[]> actual = results(new CpuDevice(new DeviceOptions(1), fuse, Simd.chosen()), graph,
                    variables);
            for (String name : expected.keySet()) {
                close(expected.get(name), actual.get(name), 1e-4, "seed " + seed + ", " + name);
            }
        }
    }

    @Test
    void aConvolutionTakesWhatFollows() {
        Random random = new Random(3);
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 4, 7, 9));
        Value w = graph.read(new Variable("w", values(random, Shape.of(6, 4, 3, 3))));
        Value scale = graph.read(new Variable("scale", values(random, Shape.of(6))));
        Value shift = graph.read(new Variable("shift", values(random, Shape.of(6))));
        Value y = Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), x, w);
        Value skip = graph.read(new Variable("skip", values(random, y.shape())));
        graph.output("y", y.times(scale.reshape(1, 6, 1, 1)).plus(shift.reshape(6, 1, 1)).plus(skip).relu());
        try (CpuDevice fused = new CpuDevice(new DeviceOptions(2));
                CpuDevice single = new CpuDevice(new DeviceOptions(2), false, Simd.chosen())) {
            Tensor image = values(random, x.shape());
            Executable a = fused.compile(graph);
            Executable b = single.compile(graph);
            a.feed("x", image);
            b.feed("x", image);
            a.run();
            b.run();
            assertTrue(a.explain().contains("+ scale + shift + residual + Relu"), a.explain());
            assertEquals(1, ((CpuProgram) a).instructions().length, a.explain());
            close(b.fetch("y").floats(), a.fetch("y").floats(), 1e-6, "fused");
        }
    }

    @Test
    void aValueThatOthersNeedIsNotSwallowed() {
        Random random = new Random(4);
        Graph graph = new Graph();
        Value x = graph.read(new Variable("x", values(random, Shape.of(1, 2, 5, 5))));
        Value w = graph.read(new Variable("w", values(random, Shape.of(2, 2, 1, 1))));
        Value y = Convolution.conv2d(Convolution.Geometry.UNIT, x, w);
        graph.output("sum", y.relu().plus(y));
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1))) {
            Executable program = device.compile(graph);
            assertTrue(program.explain().contains("Relu Add"), program.explain());
            program.run();
            try (Device reference = Devices.open("reference", DeviceOptions.DEFAULT)) {
                Executable oracle = reference.compile(graph);
                oracle.run();
                close(oracle.fetch("sum").floats(), program.fetch("sum").floats(), 1e-6, "sum");
            }
        }
    }
}
