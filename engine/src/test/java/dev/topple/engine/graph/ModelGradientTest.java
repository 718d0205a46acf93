// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.optest.Draw;
import dev.topple.engine.optest.GradientCheck;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The gradient of a small two-task model, by its image and all its weights, against differences. */
class ModelGradientTest {

    private final Graph graph = new Graph();
    private final RandomSource random = new RandomSource(1);
    private final Map<String, Tensor> feeds = new LinkedHashMap<>();

    private Value input(String name, Draw draw) {
        Tensor value = draw.from(random);
        feeds.put(name, value);
        return graph.input(name, value.type());
    }

    private Value normalised(Value x, String name, boolean training) {
        int channels = x.shape().dim(1);
        Value gamma = input(name + ".gamma", Draw.uniform(0.5, 1.5, channels));
        Value beta = input(name + ".beta", Draw.normal(channels));
        if (training) {
            return BatchNorm.training(x, gamma, beta, 1e-5).result(0);
        }
        Value mean = input(name + ".mean", Draw.normal(channels));
        Value variance = input(name + ".variance", Draw.uniform(0.5, 1.5, channels));
        return BatchNorm.frozen(x, gamma, beta, mean, variance, 1e-5);
    }

    /** conv, norm, relu, max pool, conv with stride, then a head for each task at full size. */
    private Value loss(boolean training) {
        Value image = input("image", Draw.uniform(0, 1, 2, 3, 12, 10));
        Value x = Convolution.conv2d(Geometry.UNIT.padding(1), image, input("conv1", Draw.normal(5, 3, 3, 3)));
        x = normalised(x, "norm1", training).relu();
        x = Pooling.maxPool2d(Pooling.Window.square(2, 2, 0), x).result(0);
        x = Convolution.conv2d(Geometry.UNIT.stride(2).padding(1), x, input("conv2", Draw.normal(6, 5, 3, 3)));
        x = normalised(x, "norm2", training).relu();
        x = Resampling.resize(Resampling.Method.BILINEAR, x, 12, 10);
        Value logits = Convolution.conv2d(Geometry.UNIT, x, input("segment", Draw.normal(4, 6, 1, 1)),
                input("segment.bias", Draw.normal(4)));
        Value depth = Convolution.conv2d(Geometry.UNIT, x, input("depth", Draw.normal(1, 6, 1, 1)),
                input("depth.bias", Draw.normal(1)));
        Value labels = input("labels", Draw.ints(-1, 4, 2, 12, 10));
        Value target = input("target", Draw.uniform(0, 5, 2, 1, 12, 10));
        Value segmentation = Softmax.crossEntropy(logits, labels, -1).mean();
        return segmentation.plus(depth.minus(target).abs().mean());
    }

    private Map<String, Value> floats() {
        return graph.inputs().entrySet().stream().filter(entry -> !entry.getKey().equals("labels"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    private void check(boolean training) {
        Value loss = loss(training);
        Map<String, Double> norms = GradientCheck.check("model", loss, feeds, floats());
        norms.forEach((name, norm) -> assertTrue(norm > 0, () -> name + " has no gradient"));
    }

    @Test
    void inTraining() {
        check(true);
    }

    @Test
    void frozen() {
        check(false);
    }

    @Test
    void ofAGradientNorm() {
        Value loss = loss(true);
        Value image = graph.inputs().get("image");
        Value penalty = Gradients.of(loss, image).square().sum();
        Map<String, Value> wrt = new LinkedHashMap<>();
        for (String name : List.of("image", "conv1", "norm1.gamma", "conv2", "segment", "segment.bias")) {
            wrt.put(name, graph.inputs().get(name));
        }
        GradientCheck.check("gradient norm", penalty, feeds, wrt);
    }
}
