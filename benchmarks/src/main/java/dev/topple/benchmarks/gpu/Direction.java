// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What DGBA computes of clean images.
 *
 * @param losses of each task, one for each image
 * @param direction {@code [N, 3, H, W]}: the sum over tasks of the loss's gradient over the loss
 */
public record Direction(List<float[]> losses, Tensor direction) {

    /** Computes it on a device. */
    public static Direction of(Model model, Tensor images, Map<String, Tensor> labels, Device device) {
        Graph graph = new Graph();
        Value x = graph.input("images", images.type());
        List<Value> predictions = model.predict(x);
        List<Value> losses = new ArrayList<>();
        List<Value> seeds = new ArrayList<>();
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            Value loss = task.loss(predictions.get(i), graph.input(task.name(), labels.get(task.name()).type()));
            losses.add(loss);
            seeds.add(loss.stopGradient().power(-1));
            graph.output("loss" + i, loss);
        }
        graph.output("direction", Gradients.of(losses, seeds, List.of(x)).get(0));
        try (Executable program = device.compile(graph)) {
            program.feed("images", images);
            model.tasks().forEach(task -> program.feed(task.name(), labels.get(task.name())));
            program.run();
            List<float[]> values = new ArrayList<>();
            for (int i = 0; i < losses.size(); i++) {
                values.add(program.fetch("loss" + i).floats());
            }
            return new Direction(values, program.fetch("direction"));
        }
    }

    /** The share of elements whose sign is that of another direction. */
    public double signs(Direction other) {
        float[] a = direction.floats();
        float[] b = other.direction.floats();
        int same = 0;
        for (int i = 0; i < b.length; i++) {
            same += Math.signum(a[i]) == Math.signum(b[i]) ? 1 : 0;
        }
        return (double) same / b.length;
    }

    /** The distance to another direction over the length of that one; NaN if any element is. */
    public double difference(Direction other) {
        float[] a = direction.floats();
        float[] b = other.direction.floats();
        double difference = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            size += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    /** The largest relative difference of a loss from another's. */
    public double lossDifference(Direction other) {
        double most = 0;
        for (int task = 0; task < losses.size(); task++) {
            for (int image = 0; image < losses.get(task).length; image++) {
                double difference = Math.abs(losses.get(task)[image] / (double) other.losses.get(task)[image] - 1);
                most = difference >= 0 ? Math.max(most, difference) : Double.NaN;
            }
        }
        return most;
    }
}
