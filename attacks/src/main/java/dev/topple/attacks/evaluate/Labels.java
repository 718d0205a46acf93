// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Labels for every task: those of the data set, and where it has none, what the model says of the clean image. The one
 * place where predictions become labels.
 */
public final class Labels implements AutoCloseable {

    private final Model model;
    private final Set<String> labelled;
    private final ProgramCache<Shape> programs;

    /**
     * For images of a data set.
     *
     * @param labelled the names of the tasks that it has labels for
     */
    public Labels(Model model, Set<String> labelled, Device device) {
        this.model = model;
        this.labelled = labelled;
        this.programs = new ProgramCache<>(device, 2, this::graph);
    }

    /** Whether a task is attacked against the model's own predictions. */
    public boolean fromPredictions(Task task) {
        return !labelled.contains(task.name());
    }

    /** For results. */
    public String source() {
        List<Task> missing = model.tasks().stream().filter(this::fromPredictions).toList();
        if (missing.isEmpty()) {
            return "data";
        }
        return missing.size() == model.tasks().size() ? "predictions"
                : "data; predictions for " + missing.stream().map(Task::name).collect(Collectors.joining(", "));
    }

    /** Labels of a batch, one tensor per task of the model. */
    public Map<String, Tensor> of(Batch batch) {
        Map<String, Tensor> labels = new HashMap<>();
        boolean complete = true;
        for (Task task : model.tasks()) {
            if (fromPredictions(task)) {
                complete = false;
            } else {
                labels.put(task.name(), label(batch, task));
            }
        }
        if (!complete) {
            Executable program = programs.get(batch.images().shape());
            program.feed("images", batch.images());
            program.run();
            model.tasks().stream().filter(this::fromPredictions)
                    .forEach(task -> labels.put(task.name(), program.fetch(task.name())));
        }
        return labels;
    }

    private static Tensor label(Batch batch, Task task) {
        Tensor label = batch.labels().get(task.name());
        if (label == null) {
            throw new IllegalArgumentException("the data set promises labels of task '" + task.name()
                    + "', but one of the images " + batch.ids() + " has none");
        }
        return label;
    }

    private Graph graph(Shape shape) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.input("images", TensorType.f32(shape.dims())));
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            if (fromPredictions(task)) {
                graph.output(task.name(), task.labelOf(predictions.get(i)));
            }
        }
        return graph;
    }

    @Override
    public void close() {
        programs.close();
    }
}
