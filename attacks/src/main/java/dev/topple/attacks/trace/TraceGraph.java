// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import dev.topple.attacks.Attack;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.objective.OwnLoss;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes down the program that looks at iterates: the formulas of the attack's own steps on images that are fed. It
 * reads and assigns no variable but the model's, so it cannot disturb the attack.
 */
final class TraceGraph {

    static final String IMAGES = "images";
    static final String LABEL = "label.";
    static final String CLEAN_LOSS = "cleanLoss.";
    static final String PROGRESS = "progress";
    static final String LOSS = "loss.";
    static final String MERIT = "merit";
    static final String PREDICTION = "prediction.";
    static final String GRADIENT = "gradient.";
    static final String TAKES_PART = "takesPart.";
    static final String WEIGHT = "weight.";

    private TraceGraph() {}

    /**
     * The program.
     *
     * @param images the shape of a batch
     */
    static Graph of(Attack attack, Shape images) {
        Graph graph = new Graph();
        int n = images.dim(0);
        Value at = graph.input(IMAGES, TensorType.f32(images.dims()));
        List<Task> all = attack.model().tasks();
        List<Value> predictions = attack.model().predict(at);
        List<Value> own = new ArrayList<>();
        List<Value> followed = new ArrayList<>();
        List<Value> clean = new ArrayList<>();
        List<Value> valid = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Task task = all.get(i);
            Value label = graph.input(LABEL + task.name(), task.labelType(n, images.dim(2), images.dim(3)));
            Value loss = task.loss(predictions.get(i), label);
            graph.output(PREDICTION + task.name(), predictions.get(i));
            graph.output(LOSS + task.name(), loss);
            if (attack.balancer().attends(task)) {
                own.add(loss);
                followed.add(attack.aim().objective() instanceof OwnLoss ? loss : attack.aim().objective().loss(task,
                        predictions.get(i), label, () -> progress(graph)));
                clean.add(graph.input(CLEAN_LOSS + task.name(), TensorType.f32(n)));
                valid.add(task.validPixels(label));
            }
        }
        List<Task> attended = attack.attended();
        Value merit = attack.balancer().merit(new TaskLosses(attended, own, clean, valid));
        graph.output(MERIT, attack.aim().targeted() ? merit.negate() : merit);
        if (attack.rule().usesDirection()) {
            follow(attack, new TaskLosses(attended, followed, clean, valid), at);
        }
        return graph;
    }

    private static void follow(Attack attack, TaskLosses losses, Value at) {
        Graph graph = at.graph();
        for (int i = 0; i < losses.size(); i++) {
            String name = losses.tasks().get(i).name();
            graph.output(GRADIENT + name, Gradients.of(losses.loss(i), at));
            graph.output(TAKES_PART + name, attack.balancer().takesPart(losses, i).cast(DType.F32));
        }
        if (attack.balancer() instanceof LossWeights balancer) {
            List<Value> weights = balancer.weights(losses);
            for (int i = 0; i < losses.size(); i++) {
                graph.output(WEIGHT + losses.tasks().get(i).name(), weights.get(i));
            }
        }
    }

    /** The input, however often it is asked for. */
    private static Value progress(Graph graph) {
        Value known = graph.inputs().get(PROGRESS);
        return known == null ? graph.input(PROGRESS, TensorType.f32()) : known;
    }
}
