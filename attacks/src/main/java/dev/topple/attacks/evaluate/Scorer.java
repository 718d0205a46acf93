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
import java.util.List;
import java.util.Map;

/** Runs the model on images, clean or attacked, and measures it: independent of what an attack says of itself. */
final class Scorer implements AutoCloseable {

    private final Model model;
    private final ProgramCache<Shape> programs;

    Scorer(Model model, Device device) {
        this.model = model;
        this.programs = new ProgramCache<>(device, 2, this::graph);
    }

    /**
     * Measures a batch.
     *
     * @param images in place of the batch's own
     * @param labels of all tasks
     */
    void score(Batch batch, Tensor images, Map<String, Tensor> labels, Scores into) {
        Executable program = programs.get(images.shape());
        program.feed("images", images);
        model.tasks().forEach(task -> program.feed("label." + task.name(), labels.get(task.name())));
        program.run();
        for (Task task : model.tasks()) {
            Tensor prediction = program.fetch("prediction." + task.name());
            float[] losses = program.fetch("loss." + task.name()).floats();
            float[] valid = program.fetch("valid." + task.name()).floats();
            for (int row = 0; row < batch.count(); row++) {
                int image = batch.indices().get(row);
                Tensor label = labels.get(task.name());
                task.metrics().measure(prediction, label, row, into.parts(task, image));
                task.releasedMetrics().measure(prediction, label, row, into.releasedParts(task, image));
                if (valid[row] > 0) {
                    into.addLoss(task, image, losses[row]);
                }
            }
        }
    }

    private Graph graph(Shape shape) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.input("images", TensorType.f32(shape.dims())));
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            Value label = graph.input("label." + task.name(),
                    task.labelType(shape.dim(0), shape.dim(2), shape.dim(3)));
            graph.output("prediction." + task.name(), predictions.get(i));
            graph.output("loss." + task.name(), task.loss(predictions.get(i), label));
            graph.output("valid." + task.name(), task.validPixels(label));
        }
        return graph;
    }

    @Override
    public void close() {
        programs.close();
    }
}
