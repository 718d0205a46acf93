// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Compares a model's predictions with the labels of a data set. */
public final class ModelEvaluation {

    private static final int PROGRAMS = 4;
    private static final String IMAGES = "images";
    private static final String LABEL = "label.";
    private static final String PREDICTION = "prediction.";
    private static final String LOSS = "loss.";
    private static final String VALID = "valid.";

    private final Model model;
    private final List<Task> tasks;
    private final List<double[]> totals = new ArrayList<>();
    private final List<double[]> losses = new ArrayList<>();
    private final List<int[]> validPixels = new ArrayList<>();

    private ModelEvaluation(Model model, Dataset dataset) {
        this.model = model;
        this.tasks = model.tasks().stream().filter(task -> dataset.labelled().contains(task.name())).toList();
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException(
                    dataset.name() + " has no labels for any task of the model " + model.name());
        }
        for (Task task : tasks) {
            totals.add(new double[task.metrics().parts()]);
            losses.add(new double[dataset.size()]);
            validPixels.add(new int[dataset.size()]);
        }
    }

    /**
     * Evaluates a model on all images of a data set. Tasks without labels are left out.
     *
     * @param device holds the weights
     * @param batchSize how many images are predicted at a time; no result depends on it
     * @param done is told how many images are done
     * @throws IllegalArgumentException if the data set has labels for none of the tasks
     */
    public static Evaluation evaluate(Device device, Model model, Dataset dataset, int batchSize, IntConsumer done) {
        ModelEvaluation evaluation = new ModelEvaluation(model, dataset);
        int images = 0;
        try (ProgramCache<Shape> programs = new ProgramCache<>(device, PROGRAMS, evaluation::graph);
                Batches batches = Batches.of(dataset, batchSize)) {
            for (Optional<Batch> next = batches.next(); next.isPresent(); next = batches.next()) {
                Batch batch = next.get();
                evaluation.measure(programs.get(batch.images().shape()), batch);
                images += batch.count();
                done.accept(images);
            }
        }
        List<TaskEvaluation> results = new ArrayList<>();
        for (int t = 0; t < evaluation.tasks.size(); t++) {
            results.add(new TaskEvaluation(evaluation.tasks.get(t), evaluation.totals.get(t),
                    evaluation.losses.get(t), evaluation.validPixels.get(t)));
        }
        return new Evaluation(images, results);
    }

    private Graph graph(Shape shape) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.input(IMAGES, new TensorType(DType.F32, shape)));
        for (int t = 0; t < model.tasks().size(); t++) {
            Task task = model.tasks().get(t);
            if (tasks.contains(task)) {
                TensorType type = task.labelType(shape.dim(0), shape.dim(2), shape.dim(3));
                Value label = graph.input(LABEL + task.name(), type);
                graph.output(PREDICTION + task.name(), predictions.get(t));
                graph.output(LOSS + task.name(), task.loss(predictions.get(t), label));
                graph.output(VALID + task.name(), task.validPixels(label));
            }
        }
        return graph;
    }

    private void measure(Executable program, Batch batch) {
        program.feed(IMAGES, batch.images());
        for (Task task : tasks) {
            program.feed(LABEL + task.name(), batch.labels().get(task.name()));
        }
        program.run();
        for (int t = 0; t < tasks.size(); t++) {
            Task task = tasks.get(t);
            Tensor prediction = program.fetch(PREDICTION + task.name());
            float[] loss = program.fetch(LOSS + task.name()).floats();
            float[] valid = program.fetch(VALID + task.name()).floats();
            for (int row = 0; row < batch.count(); row++) {
                task.metrics().measure(prediction, batch.labels().get(task.name()), row, totals.get(t));
                losses.get(t)[batch.indices().get(row)] = loss[row];
                validPixels.get(t)[batch.indices().get(row)] = (int) valid[row];
            }
        }
    }
}
