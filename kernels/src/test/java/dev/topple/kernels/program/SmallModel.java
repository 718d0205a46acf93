// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.List;

/**
 * A small model with two tasks, segmentation and depth, and one step of an attack on both: the direction climbs the sum
 * of the logarithms of each image's losses, as DGBA does, and the iterate is a variable.
 */
final class SmallModel {

    static final int IMAGES = 3;
    static final int HEIGHT = 11;
    static final int WIDTH = 13;
    private static final int CLASSES = 5;
    private static final int IGNORED = 255;

    private final Variable stem;
    private final Variable block;
    private final Variable separable;
    private final Variable segmentation;
    private final Variable depth;
    private final Variable gamma;
    private final Variable beta;
    private final Variable mean;
    private final Variable variance;
    final Variable iterate;
    final Tensor clean;
    final Tensor labels;
    final Tensor distances;

    SmallModel(long seed) {
        RandomSource random = new RandomSource(seed);
        stem = weight(random, "stem", 8, 3, 3, 3);
        block = weight(random, "block", 8, 8, 3, 3);
        separable = weight(random, "separable", 8, 1, 3, 3);
        segmentation = weight(random, "segmentation", CLASSES, 8, 1, 1);
        depth = weight(random, "depth", 1, 8, 1, 1);
        gamma = uniform(random, "gamma", 0.5f, 1.5f, 8);
        beta = uniform(random, "beta", -0.5f, 0.5f, 8);
        mean = uniform(random, "mean", -0.5f, 0.5f, 8);
        variance = uniform(random, "variance", 0.5f, 1.5f, 8);
        iterate = uniform(random, "iterate", 0.1f, 0.9f, IMAGES, 3, HEIGHT, WIDTH);
        clean = iterate.initial().copy();
        int[] classes = new int[IMAGES * HEIGHT * WIDTH];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = i % 7 == 0 ? IGNORED : random.nextInt(CLASSES);
        }
        labels = Tensor.of(Shape.of(IMAGES, HEIGHT, WIDTH), classes);
        distances = uniform(random, "distances", 0.5f, 2, IMAGES, 1, HEIGHT, WIDTH).initial();
    }

    private SmallModel(SmallModel all, int image) {
        stem = all.stem;
        block = all.block;
        separable = all.separable;
        segmentation = all.segmentation;
        depth = all.depth;
        gamma = all.gamma;
        beta = all.beta;
        mean = all.mean;
        variance = all.variance;
        clean = one(all.clean, image);
        labels = one(all.labels, image);
        distances = one(all.distances, image);
        iterate = new Variable("iterate", clean);
    }

    /** One image of several. */
    static Tensor one(Tensor tensor, int image) {
        Shape shape = tensor.shape().with(0, 1);
        int from = image * shape.size();
        return tensor.dtype() == DType.F32
                ? Tensor.of(shape, Arrays.copyOfRange(tensor.floats(), from, from + shape.size()))
                : Tensor.of(shape, Arrays.copyOfRange(tensor.ints(), from, from + shape.size()));
    }

    /** The same model and one of its images. */
    SmallModel alone(int image) {
        return new SmallModel(this, image);
    }

    private static Variable weight(RandomSource random, String name, int... dims) {
        Tensor tensor = Tensor.zeros(TensorType.f32(dims));
        float scale = (float) Math.sqrt(2.0 / (tensor.shape().size() / dims[0]));
        for (int i = 0; i < tensor.floats().length; i++) {
            tensor.floats()[i] = (float) random.nextGaussian() * scale;
        }
        return Variable.taking(name, tensor);
    }

    private static Variable uniform(RandomSource random, String name, float low, float high, int... dims) {
        Tensor tensor = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < tensor.floats().length; i++) {
            tensor.floats()[i] = low + (high - low) * random.nextFloat();
        }
        return Variable.taking(name, tensor);
    }

    /** One step; outputs {@code losses} of each task and image, and {@code gradient} of the iterate. */
    Graph step(double stepSize, double epsilon) {
        Graph graph = new Graph();
        Value x = graph.read(iterate);
        Value original = graph.input("clean", clean.type());
        Value features = features(graph, x);
        Value first = segmentationLoss(graph, features);
        Value second = depthLoss(graph, features);
        Value merit = climb(first).plus(climb(second)).sum();
        Value gradient = Gradients.of(List.of(merit), List.of(graph.fill(Shape.scalar(), 1)), List.of(x)).get(0);
        graph.output("segmentation", first);
        graph.output("depth", second);
        graph.output("gradient", gradient);
        Value moved = x.plus(gradient.sign().times(stepSize));
        Value near = moved.max(original.minus(epsilon)).min(original.plus(epsilon));
        graph.assign(iterate, near.clamp(0, 1));
        return graph;
    }

    /** A loss of each image times the weight that makes its gradient that of its logarithm. */
    private static Value climb(Value losses) {
        Value weights = losses.graph().fill(losses.shape(), 1).dividedBy(losses).stopGradient();
        return losses.times(weights);
    }

    private Value features(Graph graph, Value x) {
        Convolution.Geometry same = Convolution.Geometry.UNIT.padding(1);
        Value a = norm(graph, Convolution.conv2d(same.stride(2), x, graph.read(stem))).relu();
        Value pooled = Pooling.maxPool2d(Pooling.Window.square(3, 1, 1), a).result(0);
        Value b = norm(graph, Convolution.conv2d(same, pooled, graph.read(block))).plus(a).relu();
        return norm(graph, Convolution.conv2d(same.groups(8), b, graph.read(separable))).relu();
    }

    private Value norm(Graph graph, Value image) {
        return BatchNorm.frozen(image, graph.read(gamma), graph.read(beta), graph.read(mean), graph.read(variance),
                1e-5);
    }

    private Value segmentationLoss(Graph graph, Value features) {
        Value logits = Convolution.conv2d(Convolution.Geometry.UNIT, features, graph.read(segmentation));
        Value large = Resampling.resize(Resampling.Method.BILINEAR, logits, HEIGHT, WIDTH);
        Value classes = graph.input("labels", labels.type());
        Value sum = Softmax.crossEntropy(large, classes, IGNORED).sum(1, 2);
        Value count = classes.compare(Relation.NOT_EQUAL, IGNORED).cast(DType.F32).sum(1, 2);
        return sum.dividedBy(count);
    }

    private Value depthLoss(Graph graph, Value features) {
        Value small = Convolution.conv2d(Convolution.Geometry.UNIT, features, graph.read(depth));
        Value large = Resampling.resize(Resampling.Method.BILINEAR, small, HEIGHT, WIDTH);
        return large.minus(graph.input("distances", distances.type())).abs().mean(1, 2, 3);
    }

    /** Feeds what the step wants. */
    void feed(Executable program) {
        program.feed("clean", clean);
        program.feed("labels", labels);
        program.feed("distances", distances);
    }

    /** The iterate on a device. */
    Tensor iterate(Device device) {
        return device.read(iterate);
    }
}
