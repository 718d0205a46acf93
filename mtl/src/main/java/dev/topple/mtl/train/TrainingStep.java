// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.model.TrainableModel;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One step of training as a program: predictions, the weighted sum of the tasks' losses, its gradients, the optimiser's
 * update and that of the running statistics.
 */
final class TrainingStep implements AutoCloseable {

    private static final String IMAGES = "images";

    private final List<Task> tasks;
    private final Adam adam;
    private final Executable program;

    /**
     * @param configuration gives batch and loss weights
     * @param height of the images
     * @param width of the images
     */
    TrainingStep(Device device, TrainableModel model, Adam adam, TrainingConfiguration configuration, int height,
            int width) {
        this.tasks = model.tasks();
        this.adam = adam;
        this.program = device.compile(graph(model, adam, configuration, height, width));
    }

    private static Graph graph(TrainableModel model, Adam adam, TrainingConfiguration configuration, int height,
            int width) {
        Graph graph = new Graph();
        int n = configuration.batch();
        List<Value> predictions = model.predictInTraining(graph.input(IMAGES, TensorType.f32(n, 3, height, width)));
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
        List<Value> parameters = model.parameters().stream().map(graph::read).toList();
        adam.step(graph, Gradients.of(losses, seeds, parameters));
        return graph;
    }

    private static String label(Task task) {
        return "label." + task.name();
    }

    private static String loss(Task task) {
        return "loss." + task.name();
    }

    /**
     * Makes one step.
     *
     * @param step counted from 0
     * @return the mean loss of each task before the step
     */
    Map<String, Double> run(Batch batch, int step, double rate) {
        program.feed(IMAGES, batch.images());
        for (Task task : tasks) {
            program.feed(label(task), batch.labels().get(task.name()));
        }
        adam.feed(program, step, rate);
        program.run();
        Map<String, Double> losses = new LinkedHashMap<>();
        for (Task task : tasks) {
            Tensor loss = program.fetch(loss(task));
            losses.put(task.name(), (double) loss.floats()[0]);
        }
        return losses;
    }

    @Override
    public void close() {
        program.close();
    }
}
