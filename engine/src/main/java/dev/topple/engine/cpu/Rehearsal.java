// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a small network, on a thread and a device of its own, so that the JVM compiles kernels while the user's program
 * is still being read, lowered and fed. A kernel is hundreds of times slower until C2 has compiled it, and whoever
 * calls one waits for C2: more than a second for those of an attack step, if C2 meets them only then.
 *
 * <p>The network has each kind of layer of the usual encoders once or twice, in the order in which a step meets them:
 * sooner or later makes a difference. Its maps are just large enough for Winograd's algorithm to be chosen and for all
 * branches of the kernels to be taken; a branch not taken is left out by the compiler, and another compilation follows
 * when it is met.
 */
final class Rehearsal {

    private static final int HEIGHT = 64;
    private static final int WIDTH = 96;
    private static final int CHANNELS = 64;
    private static final int CLASSES = 13;
    /** From the second step on little is left to be compiled; kernels that a step calls a few times need some more. */
    private static final int STEPS = 4;

    private final Graph graph = new Graph();
    private final Value zero = graph.fill(Shape.scalar(), 0);
    private int variables;

    private Rehearsal() {
    }

    /** Begins one in the background. */
    static void begin() {
        Thread thread = new Thread(Rehearsal::run, "topple-rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    /** Holds one; says what the program's outputs were in the end, which are finite. */
    static List<Tensor> run() {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1)); Executable program = device.compile(network())) {
            program.feed("images", Tensor.of(Shape.of(1, 3, HEIGHT, WIDTH), waves(3 * HEIGHT * WIDTH, 0.5, 0.4)));
            program.feed("map", Tensor.of(Shape.of(1, 1, HEIGHT, WIDTH), waves(HEIGHT * WIDTH, 0.5, 0.4)));
            program.feed("vectors", Tensor.of(Shape.of(1, 3, HEIGHT, WIDTH), waves(3 * HEIGHT * WIDTH, 0, 1)));
            int[] classes = new int[HEIGHT * WIDTH];
            Arrays.setAll(classes, i -> i % (CLASSES + 1));
            program.feed("classes", Tensor.of(Shape.of(1, HEIGHT, WIDTH), classes));
            for (int i = 0; i < STEPS; i++) {
                program.run();
            }
            return List.of(program.fetch("next"), program.fetch("undefined"));
        }
    }

    /** A step of an attack on three tasks of a small network. */
    static Graph network() {
        return new Rehearsal().step();
    }

    /** Numbers around a mean, always the same. */
    private static float[] waves(int count, double mean, double amplitude) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (mean + amplitude * (i * 37 % 101 - 50) / 50.0);
        }
        return values;
    }

    private Value variable(double mean, double amplitude, int... dims) {
        Shape shape = Shape.of(dims);
        return graph.read(Variable.taking("rehearsal" + variables++,
                Tensor.of(shape, waves(shape.size(), mean, amplitude))));
    }

    private Graph step() {
        Value images = graph.input("images", TensorType.f32(1, 3, HEIGHT, WIDTH));
        Value features = encoder(images.minus(0.5).times(4));
        List<Value> losses = List.of(crossEntropy(head(features, CLASSES)), absoluteError(head(features, 1)),
                cosine(head(features, 3)));
        List<Value> weights = losses.stream().map(loss -> loss.stopGradient().power(-1)).toList();
        Value largest = weights.stream().reduce(Value::max).orElseThrow();
        List<Value> seeds = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            seeds.add(losses.get(i).compare(Relation.GREATER, 0)
                    .choose(weights.get(i).dividedBy(largest), zero));
        }
        Value raw = Gradients.of(losses, seeds, List.of(images)).get(0);
        Value direction = raw.compare(Relation.EQUAL, raw).choose(raw, zero);
        Value finite = raw.abs().compare(Relation.LESS_OR_EQUAL, Float.MAX_VALUE);
        graph.output("undefined", finite.not().cast(DType.F32).maxOver(1, 2, 3));
        Value clean = variable(0.5, 0.4, 1, 3, HEIGHT, WIDTH);
        Value next = images.plus(direction.sign().times(0.01));
        graph.output("next", next.max(clean.minus(0.03)).min(clean.plus(0.03)).clamp(0, 1));
        return graph;
    }

    private Value convolved(Value x, int out, int kernel, int stride, int dilation, int groups) {
        int in = x.shape().dim(1);
        Geometry geometry = Geometry.UNIT.stride(stride).dilation(dilation).padding(dilation * (kernel - 1) / 2)
                .groups(groups);
        return Convolution.conv2d(geometry, x, variable(0, 0.05, out, in / groups, kernel, kernel));
    }

    private Value normalised(Value x, int out, int kernel, int stride, int dilation, int groups) {
        return BatchNorm.frozen(convolved(x, out, kernel, stride, dilation, groups), variable(1, 0, out),
                variable(0, 0.1, out), variable(0, 0.1, out), variable(1, 0, out), 1e-5);
    }

    private Value encoder(Value x) {
        Value stem = normalised(x, CHANNELS, 7, 2, 1, 1).relu();
        Value pooled = Pooling.maxPool2d(Pooling.Window.square(3, 2, 1).ceil(), stem).result(0);
        Value block = normalised(normalised(pooled, CHANNELS, 3, 1, 1, 1).relu(), CHANNELS, 3, 1, 1, 1).plus(pooled)
                .relu();
        Value smaller = normalised(normalised(block, CHANNELS, 3, 2, 1, 1).relu(), CHANNELS, 3, 1, 2, 1)
                .plus(normalised(block, CHANNELS, 1, 2, 1, 1)).relu();
        Value depthwise = normalised(smaller, CHANNELS, 3, 1, 1, CHANNELS).clamp(0, 6);
        return normalised(depthwise, CHANNELS, 1, 1, 1, 1);
    }

    /** A prediction for each pixel. */
    private Value head(Value features, int channels) {
        Value hidden = convolved(features, CHANNELS, 3, 1, 1, 1)
                .plus(BatchNorm.channels(variable(0, 0.1, CHANNELS))).relu();
        Value small = convolved(hidden, channels, 1, 1, 1, 1).plus(BatchNorm.channels(variable(0, 0.1, channels)));
        return Resampling.resize(Resampling.Method.BILINEAR, small, HEIGHT, WIDTH);
    }

    private Value crossEntropy(Value logits) {
        Value classes = graph.input("classes", TensorType.i32(1, HEIGHT, WIDTH));
        Value counted = classes.compare(Relation.NOT_EQUAL, CLASSES).cast(DType.F32);
        return mean(Softmax.crossEntropy(logits, classes, CLASSES).sum(1, 2), counted.sum(1, 2));
    }

    private Value absoluteError(Value prediction) {
        Value label = graph.input("map", TensorType.f32(1, 1, HEIGHT, WIDTH));
        Value valid = label.compare(Relation.GREATER, 1e-4);
        Value error = prediction.minus(valid.choose(label, zero)).abs();
        return mean(valid.choose(error, zero).sum(1, 2, 3), valid.cast(DType.F32).sum(1, 2, 3));
    }

    private Value cosine(Value prediction) {
        Value label = graph.input("vectors", TensorType.f32(1, 3, HEIGHT, WIDTH));
        Value lengths = prediction.square().sumKeepingAxes(1).plus(1e-8).sqrt()
                .times(label.square().sumKeepingAxes(1).plus(1e-8).sqrt());
        Value cosine = prediction.times(label).sumKeepingAxes(1).dividedBy(lengths);
        return cosine.mean(1, 2, 3).negate().plus(1);
    }

    private Value mean(Value sum, Value count) {
        return sum.dividedBy(count.max(graph.fill(Shape.scalar(), 1)));
    }
}
