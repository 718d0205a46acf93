// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Small models with small tasks, and ways to look inside an attack on them. */
public final class Toys {

    private Toys() {}

    /** A model made of one function from images to a prediction {@code [N, 1, H, W]} per task. */
    public record ToyModel(String name, List<Task> tasks, List<UnaryOperator<Value>> heads) implements Model {
        @Override
        public List<Value> predict(Value images) {
            return heads.stream().map(head -> head.apply(images)).toList();
        }
    }

    /** What a test looks at: a value from the graph of the losses at given images. */
    @FunctionalInterface
    public interface Look {
        /** The value. */
        Value at(TaskLosses losses, Value images);
    }

    /** The devices that tests run on: {@code reference}, and {@code cpu} where there is one. */
    public static Stream<String> devices() {
        return Devices.providers().stream().map(p -> p.name()).filter(n -> n.equals("reference") || n.equals("cpu"));
    }

    /** Opens a device of {@link #devices}. */
    public static Device open(String name) {
        return Devices.open(name, new DeviceOptions(2));
    }

    /** A model whose tasks have the given units and smooth, positive predictions that differ from each other. */
    public static ToyModel smooth(double... units) {
        List<Task> tasks = new ArrayList<>();
        List<UnaryOperator<Value>> heads = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            tasks.add(new ToyTask("toy" + i, units[i]));
            heads.add(smoothHead(i));
        }
        return new ToyModel("smooth", List.copyOf(tasks), List.copyOf(heads));
    }

    /** A shared convolution, and a second one of the head's own. */
    public static UnaryOperator<Value> smoothHead(int head) {
        Tensor shared = random(Shape.of(5, 3, 3, 3), 77, -0.7, 0.7);
        Tensor own = random(Shape.of(1, 5, 3, 3), 100 + head, -0.8, 0.8);
        Convolution.Geometry same = Convolution.Geometry.UNIT.padding(1);
        return images -> {
            Graph graph = images.graph();
            Value features = Convolution.conv2d(same, images.minus(0.5).times(3), graph.constant(shared)).tanh();
            Value raw = Convolution.conv2d(same, features, graph.constant(own));
            return raw.square().plus(0.1);
        };
    }

    /** The prediction {@code offset + sum over channels of weights * x}, pixel by pixel; weights {@code [3, H, W]}. */
    public static UnaryOperator<Value> linearHead(Tensor weights, double offset) {
        Shape shape = weights.shape();
        return images -> images.times(images.graph().constant(weights)).sumKeepingAxes(1)
                .reshape(images.shape().dim(0), 1, shape.dim(1), shape.dim(2)).plus(offset);
    }

    /** A model with the given heads and tasks of unit 1. */
    public static ToyModel of(List<UnaryOperator<Value>> heads) {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            tasks.add(new ToyTask("toy" + i, 1));
        }
        return new ToyModel("toy", tasks, heads);
    }

    /** Uniform random numbers. */
    public static Tensor random(Shape shape, long seed, double from, double to) {
        RandomSource source = new RandomSource(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (from + (to - from) * source.nextFloat());
        }
        return Tensor.of(shape, values);
    }

    /** Labels 0 for all tasks. */
    public static Map<String, Tensor> labels(Model model, Tensor images) {
        Map<String, Tensor> labels = new HashMap<>();
        for (Task task : model.tasks()) {
            labels.put(task.name(), Tensor.zeros(
                    task.labelType(images.shape().dim(0), images.shape().dim(2), images.shape().dim(3))));
        }
        return labels;
    }

    /** One image of a batch, as a batch. */
    public static Tensor row(Tensor batch, int row) {
        int each = batch.shape().size() / batch.shape().dim(0);
        float[] values = Arrays.copyOfRange(batch.floats(), row * each, (row + 1) * each);
        return Tensor.of(batch.shape().with(0, 1), values);
    }

    /** Computes something from the losses of all attended tasks, in float64. */
    public static double[] look(Model model, Balancer balancer, Tensor images, Map<String, Tensor> labels, Look look) {
        Graph graph = new Graph();
        Value x = graph.input("images", images.type());
        List<Value> predictions = model.predict(x);
        List<Task> tasks = new ArrayList<>();
        List<Value> losses = new ArrayList<>();
        List<Value> valid = new ArrayList<>();
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            if (balancer.attends(task)) {
                Value label = graph.input(task.name(), labels.get(task.name()).type());
                tasks.add(task);
                losses.add(task.loss(predictions.get(i), label));
                valid.add(task.validPixels(label));
            }
        }
        graph.output("look", look.at(new TaskLosses(tasks, losses, losses, valid), x));
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable program = device.compile(graph)) {
            program.feed("images", images);
            tasks.forEach(task -> program.feed(task.name(), labels.get(task.name())));
            program.run();
            return program.fetchDoubles("look");
        }
    }

    /** The balanced direction at images, in float64. */
    public static double[] direction(Model model, Balancer balancer, Tensor images, Map<String, Tensor> labels) {
        return look(model, balancer, images, labels, (losses, x) -> Directions.of(balancer, losses, x));
    }
}
