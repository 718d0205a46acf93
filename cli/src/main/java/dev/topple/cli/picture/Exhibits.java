// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.Mask;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attacks single images of a data set once more, to show them. An image alone gives the same bits as in the batch in
 * which it was measured, so this is what the numbers were computed from.
 */
public final class Exhibits implements AutoCloseable {

    private static final int SHAPES = 2;

    private final Model model;
    private final Dataset data;
    private final long seed;
    private final Optional<Mask> mask;
    private final List<Plan> plans;
    private final List<CompiledAttack> attacks = new ArrayList<>();
    private final ProgramCache<Shape> predictors;

    /**
     * Makes ready; nothing is computed yet.
     *
     * @param plans the attacks to show each image under
     * @param seed that of the measurement
     */
    public Exhibits(Device device, Model model, Dataset data, List<Plan> plans, long seed) {
        this(device, model, data, plans, seed, Optional.empty());
    }

    /**
     * The same for attacks with a mask.
     *
     * @param mask that of the measurement
     */
    public Exhibits(Device device, Model model, Dataset data, List<Plan> plans, long seed, Optional<Mask> mask) {
        this.mask = mask;
        this.model = model;
        this.data = data;
        this.seed = seed;
        this.plans = List.copyOf(plans);
        this.plans.forEach(
                plan -> attacks.add(plan.on(model).on(device)));
        this.predictors = new ProgramCache<>(device, SHAPES, this::predictor);
    }

    /** How many images there are to show. */
    public int size() {
        return data.size();
    }

    /** What the model predicts. */
    public List<Task> tasks() {
        return model.tasks();
    }

    /** Whether the images have labels of their own for a task. */
    public boolean labelled(Task task) {
        return data.labelled().contains(task.name());
    }

    /** The attacks that each image is shown under. */
    public List<Plan> plans() {
        return plans;
    }

    /** Attacks an image. */
    public Exhibit of(int index) {
        Sample sample = data.sample(index);
        Tensor image = batch(sample.image());
        Map<String, Tensor> predictions = new LinkedHashMap<>();
        Map<String, Tensor> labels = new LinkedHashMap<>();
        predict(image, predictions, labels);
        Map<String, Tensor> own = new LinkedHashMap<>();
        sample.labels().forEach((task, label) -> own.put(task, batch(label)));
        labels.putAll(own);
        labels.keySet().retainAll(predictions.keySet());
        long[] keys = ImageKeys.of(seed, index, 1);
        List<Exhibit.Attacked> attacked = new ArrayList<>();
        Map<String, Double> losses = new LinkedHashMap<>();
        for (int i = 0; i < plans.size(); i++) {
            AttackResult result = attacks.get(i).run(image, labels, keys, 1,
                    mask.map(each -> each.of(image.shape())));
            Map<String, Tensor> after = new LinkedHashMap<>();
            predict(result.adversarial(), after, new LinkedHashMap<>());
            attacked.add(new Exhibit.Attacked(plans.get(i), result.adversarial(), after,
                    first(result.finalLosses())));
            losses.putAll(first(result.cleanLosses()));
        }
        return new Exhibit(index, sample.id(), image, own, predictions, losses, attacked);
    }

    private static Map<String, Double> first(Map<String, float[]> losses) {
        Map<String, Double> first = new LinkedHashMap<>();
        losses.forEach((task, each) -> first.put(task, (double) each[0]));
        return first;
    }

    private void predict(Tensor image, Map<String, Tensor> predictions, Map<String, Tensor> labels) {
        Executable program = predictors.get(image.shape());
        program.feed("image", image);
        program.run();
        for (Task task : model.tasks()) {
            predictions.put(task.name(), program.fetch("prediction." + task.name()));
            labels.put(task.name(), program.fetch("label." + task.name()));
        }
    }

    private Graph predictor(Shape shape) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.input("image", TensorType.f32(shape.dims())));
        for (int t = 0; t < predictions.size(); t++) {
            Task task = model.tasks().get(t);
            graph.output("prediction." + task.name(), predictions.get(t));
            graph.output("label." + task.name(), task.labelOf(predictions.get(t)));
        }
        return graph;
    }

    private static Tensor batch(Tensor each) {
        int[] dims = new int[each.shape().rank() + 1];
        dims[0] = 1;
        System.arraycopy(each.shape().dims(), 0, dims, 1, each.shape().rank());
        return each.reshape(Shape.of(dims));
    }

    @Override
    public void close() {
        attacks.forEach(CompiledAttack::close);
        predictors.close();
    }
}
