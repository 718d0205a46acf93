// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.balance.Dgba;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures images that stand for those of a data set: the parts of their metrics and their losses, by image. */
final class Scored implements AutoCloseable {

    /**
     * What images came to.
     *
     * @param parts of the metrics, {@code [image][part]} by task
     * @param logLosses the sum of the logarithms of each image's losses
     */
    record Scores(Map<String, double[][]> parts, double[] logLosses) {

        static Scores none(Model model, int images) {
            Map<String, double[][]> parts = new LinkedHashMap<>();
            model.tasks().forEach(task -> parts.put(task.name(), new double[images][task.metrics().parts()]));
            return new Scores(parts, new double[images]);
        }
    }

    private final Model model;
    private final ProgramCache<Shape> programs;

    Scored(Model model, Device device) {
        this.model = model;
        this.programs = new ProgramCache<>(device, 2, this::graph);
    }

    /** Measures images in place of a batch's own. */
    void score(Batch batch, Tensor images, Scores into) {
        Executable program = programs.get(images.shape());
        program.feed("images", images);
        model.tasks().forEach(task -> program.feed("label." + task.name(), batch.labels().get(task.name())));
        program.run();
        for (Task task : model.tasks()) {
            Tensor prediction = program.fetch("prediction." + task.name());
            float[] losses = program.fetch("loss." + task.name()).floats();
            float[] valid = program.fetch("valid." + task.name()).floats();
            for (int row = 0; row < batch.count(); row++) {
                int image = batch.indices().get(row);
                task.metrics().measure(prediction, batch.labels().get(task.name()), row,
                        into.parts.get(task.name())[image]);
                into.logLosses[image] += valid[row] > 0 ? Dgba.logLoss(losses[row]) : 0;
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
