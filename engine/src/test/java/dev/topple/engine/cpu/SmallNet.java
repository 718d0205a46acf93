// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** A small residual net with a loss per image and its gradients, for tests of the whole device. */
final class SmallNet {

    static final int HEIGHT = 13;
    static final int WIDTH = 18;
    static final int CLASSES = 5;
    static final int IGNORED = 255;

    private final Random random = new Random(7);
    private final List<Variable> weights = new ArrayList<>();
    private final Graph graph = new Graph();
    private final boolean training;
    private final int width;

    private SmallNet(boolean training, int width) {
        this.training = training;
        this.width = width;
    }

    static Tensor images(int first, int count) {
        float[] all = new float[count * 3 * HEIGHT * WIDTH];
        for (int n = 0; n < count; n++) {
            Random each = new Random(1000 + first + n);
            for (int i = 0; i < all.length / count; i++) {
                all[n * (all.length / count) + i] = each.nextFloat();
            }
        }
        return Tensor.of(Shape.of(count, 3, HEIGHT, WIDTH), all);
    }

    static Tensor labels(int first, int count) {
        int[] all = new int[count * HEIGHT * WIDTH];
        for (int n = 0; n < count; n++) {
            Random each = new Random(2000 + first + n);
            for (int i = 0; i < HEIGHT * WIDTH; i++) {
                int label = each.nextInt(CLASSES + 1);
                all[n * HEIGHT * WIDTH + i] = label == CLASSES ? IGNORED : label;
            }
        }
        return Tensor.of(Shape.of(count, HEIGHT, WIDTH), all);
    }

    private Value weight(double deviation, double mean, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        Variable variable = new Variable("weight" + weights.size(), Tensor.of(Shape.of(dims), values));
        weights.add(variable);
        return graph.read(variable);
    }

    private Value convolution(Value x, int channels, int kernel, int stride, int groups) {
        int in = x.shape().dim(1) / groups;
        Value w = weight(Math.sqrt(2.0 / (in * kernel * kernel)), 0, channels, in, kernel, kernel);
        Value y = Convolution.conv2d(
                Convolution.Geometry.UNIT.stride(stride).padding(kernel / 2).groups(groups), x, w);
        Value gamma = weight(0.1, 1, channels);
        Value beta = weight(0.1, 0, channels);
        return training
                ? BatchNorm.training(y, gamma, beta, 1e-5).result(0)
                : BatchNorm.frozen(y, gamma, beta, weight(0.1, 0, channels), weight(0.01, 1, channels), 1e-5);
    }

    private Value block(Value x, int channels, int stride) {
        Value y = convolution(convolution(x, channels, 3, stride, 1).relu(), channels, 3, 1, 1);
        return y.plus(stride == 1 ? x : convolution(x, channels, 1, stride, 1)).relu();
    }

    /** The classes at every pixel. */
    private Value logits(Value x) {
        int narrow = 8 * width;
        int wide = 20 * width;
        Value h = convolution(x, narrow, 3, 1, 1).relu();
        h = Pooling.maxPool2d(Pooling.Window.square(3, 1, 1), h).result(0);
        h = block(block(h, narrow, 1), wide, 2);
        Value pooled = Pooling.avgPool2d(Pooling.Window.square(2, 2, 0), true, h);
        h = h.plus(Resampling.resize(Resampling.Method.NEAREST, pooled, h.shape().dim(2), h.shape().dim(3)));
        h = convolution(h, wide, 3, 1, 4).tanh();
        Value w = weight(0.3, 0, CLASSES, wide, 1, 1);
        h = Convolution.conv2d(Convolution.Geometry.UNIT, h, w, weight(0.1, 0, CLASSES));
        return Resampling.resize(Resampling.Method.BILINEAR, h, HEIGHT, WIDTH);
    }

    /**
     * An attack's graph with frozen statistics: outputs {@code loss} and {@code gradient}, each image for itself.
     */
    static Graph attack(int images) {
        return attack(images, 1);
    }

    /** The same with so many times the channels. */
    static Graph attack(int images, int width) {
        SmallNet net = new SmallNet(false, width);
        Value x = net.graph.input("x", TensorType.f32(images, 3, HEIGHT, WIDTH));
        Value labels = net.graph.input("labels", TensorType.i32(images, HEIGHT, WIDTH));
        Value loss = Softmax.crossEntropy(net.logits(x), labels, IGNORED).sum(1, 2);
        Value gradient = Gradients.of(loss, x);
        net.graph.output("loss", loss);
        net.graph.output("gradient", gradient);
        net.graph.output("step", x.plus(gradient.sign().times(0.01)).clamp(0, 1));
        return net.graph;
    }

    /** A step of training with momentum: output {@code loss}; the weights are the variables that are assigned. */
    static Graph training(int images) {
        return training(images, 1);
    }

    /** The same with so many times the channels. */
    static Graph training(int images, int width) {
        SmallNet net = new SmallNet(true, width);
        Value x = net.graph.input("x", TensorType.f32(images, 3, HEIGHT, WIDTH));
        Value labels = net.graph.input("labels", TensorType.i32(images, HEIGHT, WIDTH));
        Value loss = Softmax.crossEntropy(net.logits(x), labels, IGNORED).mean();
        List<Value> values = net.weights.stream().map(net.graph::read).toList();
        List<Value> gradients = Gradients.of(loss, values);
        for (int i = 0; i < values.size(); i++) {
            Variable momentum = Variable.zeros("momentum" + i, values.get(i).type());
            Value moved = net.graph.read(momentum).times(0.9).plus(gradients.get(i));
            net.graph.assign(momentum, moved);
            net.graph.assign(net.weights.get(i), values.get(i).minus(moved.times(0.05)));
        }
        net.graph.output("loss", loss);
        return net.graph;
    }

    /** Trains on a device of its own: the losses of all steps and the weights and momenta at the end. */
    static List<Tensor> train(int threads, boolean fuse, Simd simd, int images, int steps) {
        return train(threads, fuse, simd, images, steps, 1);
    }

    /** The same with so many times the channels. */
    static List<Tensor> train(int threads, boolean fuse, Simd simd, int images, int steps, int width) {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(threads), fuse, simd)) {
            Graph graph = SmallNet.training(images, width);
            Executable program = device.compile(graph);
            List<Tensor> results = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                program.feed("x", SmallNet.images(step * images, images));
                program.feed("labels", SmallNet.labels(step * images, images));
                program.run();
                results.add(program.fetch("loss"));
            }
            graph.assignments().keySet().forEach(variable -> results.add(device.read(variable)));
            return results;
        }
    }

    /** A checksum of floats by their bits. */
    static long checksum(List<Tensor> tensors) {
        CRC32 sum = new CRC32();
        for (Tensor tensor : tensors) {
            for (float value : tensor.floats()) {
                int bits = Float.floatToIntBits(value);
                for (int shift = 0; shift < 32; shift += 8) {
                    sum.update(bits >> shift);
                }
            }
        }
        return sum.getValue();
    }
}
