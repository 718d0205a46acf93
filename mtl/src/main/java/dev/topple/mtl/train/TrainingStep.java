// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.Philox;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.model.TrainableModel;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One step of training as a program: predictions, the weighted sum of the tasks' losses, its gradients, the optimiser's
 * update and that of the running statistics. Where a step takes several batches, one program adds up their gradients,
 * and a second one makes the update.
 */
final class TrainingStep implements AutoCloseable {

    private static final String IMAGES = "images";
    private static final String KEYS = "keys";

    /** Keeps its keys apart from those of epochs. */
    private static final long DROPOUT = Long.MIN_VALUE;

    private final List<Task> tasks;
    private final Optimiser optimiser;
    private final TrainingConfiguration configuration;
    private final Executable program;
    private final boolean random;
    private final Optional<Executable> update;

    /**
     * @param configuration gives batch and loss weights
     * @param height of the images
     * @param width of the images
     */
    TrainingStep(Device device, TrainableModel model, Optimiser optimiser, TrainingConfiguration configuration,
            int height, int width) {
        this.tasks = model.tasks();
        this.optimiser = optimiser;
        this.configuration = configuration;
        Graph graph = new Graph();
        List<Value> gradients = gradients(graph, model, configuration, height, width);
        this.random = graph.nodes().stream().anyMatch(node -> node.op() instanceof RandomOp);
        if (configuration.accumulate() == 1) {
            optimiser.step(graph, gradients);
            this.update = Optional.empty();
        } else {
            this.update = Optional.of(device.compile(accumulate(graph, model, gradients)));
        }
        this.program = device.compile(graph);
    }

    private static List<Value> gradients(Graph graph, TrainableModel model, TrainingConfiguration configuration,
            int height, int width) {
        int n = configuration.batch();
        Value images = graph.input(IMAGES, TensorType.f32(n, 3, height, width));
        List<Value> predictions = model.predictInTraining(images, graph.input(KEYS, TensorType.i32(n, 2)));
        List<Value> losses = new ArrayList<>();
        List<Value> seeds = new ArrayList<>();
        for (int t = 0; t < predictions.size(); t++) {
            Task task = model.tasks().get(t);
            Value label = graph.input(label(task), task.labelType(n, height, width));
            Value loss = task.loss(predictions.get(t), label).mean();
            graph.output(loss(task), loss);
            losses.add(loss);
            seeds.add(graph.fill(loss.shape(), configuration.lossWeight(task.name())));
        }
        return Gradients.of(losses, seeds, model.parameters().stream().map(graph::read).toList());
    }

    /** Adds the gradients to sums, and gives the graph that makes a step with their means and clears them. */
    private Graph accumulate(Graph graph, TrainableModel model, List<Value> gradients) {
        Graph step = new Graph();
        List<Value> means = new ArrayList<>();
        for (int i = 0; i < gradients.size(); i++) {
            Variable parameter = model.parameters().get(i);
            Variable sum = Variable.zeros("sum." + parameter.name(), parameter.type());
            graph.assign(sum, graph.read(sum).plus(gradients.get(i)));
            means.add(step.read(sum).dividedBy(configuration.accumulate()));
            step.assign(sum, step.zeros(sum.type()));
        }
        optimiser.step(step, means);
        return step;
    }

    private static String label(Task task) {
        return "label." + task.name();
    }

    private static String loss(Task task) {
        return "loss." + task.name();
    }

    /**
     * Computes a batch and, if it is the last of a step, makes the step.
     *
     * @param step counted from 0
     * @param part which batch of the step, counted from 0
     * @return the mean loss of each task before the step
     */
    Map<String, Double> run(Batch batch, int step, int part, double rate) {
        program.feed(IMAGES, batch.images());
        for (Task task : tasks) {
            program.feed(label(task), batch.labels().get(task.name()));
        }
        if (random) {
            program.feed(KEYS, keys((long) step * configuration.accumulate() + part));
        }
        optimiser.feed(update.orElse(program), step, rate);
        program.run();
        if (part == configuration.accumulate() - 1) {
            update.ifPresent(Executable::run);
        }
        Map<String, Double> losses = new LinkedHashMap<>();
        for (Task task : tasks) {
            Tensor loss = program.fetch(loss(task));
            losses.put(task.name(), (double) loss.floats()[0]);
        }
        return losses;
    }

    /** What decides what dropout leaves out of a batch: it depends on the seed and the number of the batch alone. */
    private Tensor keys(long number) {
        int n = configuration.batch();
        int[] words = new int[2 * n];
        long key = Philox.derive(Philox.derive(configuration.seed(), DROPOUT), number);
        for (int row = 0; row < n; row++) {
            long each = Philox.derive(key, row);
            words[2 * row] = (int) each;
            words[2 * row + 1] = (int) (each >>> 32);
        }
        return Tensor.of(Shape.of(n, 2), words);
    }

    @Override
    public void close() {
        program.close();
        update.ifPresent(Executable::close);
    }
}
