// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.task.BestConstant;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * Predicts the same for every pixel of every image, or for every image: the most frequent class, the median depth, the
 * mean normal. The metrics of a model that learned something are better.
 */
public final class ConstantPredictor implements Model {

    private final List<Task> tasks;
    private final List<float[]> predictions;

    private ConstantPredictor(List<Task> tasks, List<float[]> predictions) {
        this.tasks = List.copyOf(tasks);
        this.predictions = List.copyOf(predictions);
    }

    /**
     * The best constants for the labels of a data set's first images.
     *
     * @param images the most images to look at
     * @throws IllegalArgumentException if the data set lacks labels of a task
     */
    public static ConstantPredictor fit(List<Task> tasks, Dataset dataset, int images) {
        for (Task task : tasks) {
            if (!dataset.labelled().contains(task.name())) {
                throw new IllegalArgumentException(dataset.name() + " has no labels for the task " + task.name());
            }
        }
        List<BestConstant> fits = tasks.stream().map(Task::bestConstant).toList();
        for (int i = 0; i < Math.min(images, dataset.size()); i++) {
            Sample sample = dataset.sample(i);
            for (int t = 0; t < tasks.size(); t++) {
                fits.get(t).add(sample.labels().get(tasks.get(t).name()));
            }
        }
        return new ConstantPredictor(tasks, fits.stream().map(BestConstant::prediction).toList());
    }

    /** What is predicted for a task, one number per channel. */
    public float[] prediction(int task) {
        return predictions.get(task).clone();
    }

    @Override
    public String name() {
        return "constant";
    }

    @Override
    public List<Task> tasks() {
        return tasks;
    }

    @Override
    public List<Value> predict(Value images) {
        Graph graph = images.graph();
        Shape shape = images.shape();
        List<Value> values = new ArrayList<>();
        for (int t = 0; t < predictions.size(); t++) {
            float[] prediction = predictions.get(t);
            values.add(graph.constant(Tensor.of(Shape.of(1, prediction.length, 1, 1), prediction))
                    .broadcastTo(tasks.get(t).predictionType(shape.dim(0), shape.dim(2), shape.dim(3)).shape()));
        }
        return values;
    }
}
