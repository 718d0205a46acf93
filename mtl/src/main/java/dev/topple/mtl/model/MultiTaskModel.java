// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An encoder whose levels tasks share or have their own copies of, and a decoder for each task. It takes images of any
 * size from 16x16 on. Depth is predicted as a positive number of metres, segmentation as logits, normals as vectors of
 * any length; tasks of the whole image have a linear decoder whatever that of the others is.
 *
 * <p>Variables of levels that all tasks share are named {@code encoder.…}, those of a set of tasks
 * {@code encoder.segmentation+depth.…}, those of decoders {@code decoder.depth.…}.
 */
public final class MultiTaskModel implements TrainableModel {

    /** The fewest pixels of an image's side. */
    public static final int SMALLEST = 16;

    /** What the names of an encoder's variables start with. */
    public static final String ENCODER = "encoder";

    private final String name;
    private final ModelDescription description;
    /** For each level the copies, by the tasks that share them. */
    private final List<Map<List<Integer>, Level>> levels = new ArrayList<>();
    private final List<Decoder> decoders = new ArrayList<>();
    private final Weights weights;

    private MultiTaskModel(String name, ModelDescription description, Weights weights) {
        this.name = name;
        this.description = description;
        this.weights = weights;
        EncoderSettings encoder = description.encoder();
        for (int level = 0; level < encoder.levels(); level++) {
            Map<List<Integer>, Level> copies = new LinkedHashMap<>();
            for (List<Integer> set : description.sharing().sets(level)) {
                copies.put(set, encoder.level(level, scope(set)));
            }
            levels.add(copies);
        }
        List<Integer> channels = encoder.features().stream().map(encoder.channels()::get).toList();
        for (Task task : description.tasks()) {
            decoders.add(description.decoderOf(task).decoder(channels, task.channels(), Range.of(task).start(),
                    weights.in("decoder").in(task.name())));
        }
    }

    private Weights scope(List<Integer> set) {
        Weights encoder = weights.in(ENCODER);
        List<Task> tasks = description.tasks();
        return set.size() == tasks.size()
                ? encoder
                : encoder.in(set.stream().map(task -> tasks.get(task).name()).collect(Collectors.joining("+")));
    }

    /** A model with random weights. */
    public static MultiTaskModel create(String name, ModelDescription description, long seed) {
        return new MultiTaskModel(name, description, Weights.random(seed));
    }

    /**
     * A model with given weights.
     *
     * @param values by the name of the variable, exactly one for each; nobody may write to them any more
     * @param source what a refusal calls them: a file
     * @throws dev.topple.engine.io.FormatException if values are missing, superfluous, of another shape or not finite
     */
    public static MultiTaskModel of(String name, ModelDescription description, Map<String, Tensor> values,
            String source) {
        Weights weights = Weights.of(values);
        MultiTaskModel model = new MultiTaskModel(name, description, weights);
        weights.check(source);
        return model;
    }

    @Override
    public String name() {
        return name;
    }

    /** Everything but the values of the weights. */
    public ModelDescription description() {
        return description;
    }

    @Override
    public List<Task> tasks() {
        return description.tasks();
    }

    @Override
    public List<Value> predict(Value images) {
        return predict(images, Phase.FROZEN);
    }

    @Override
    public List<Value> predictInTraining(Value images) {
        return predict(images, Phase.TRAINING);
    }

    @Override
    public List<Value> predictInTraining(Value images, Value keys) {
        return predict(images, Phase.training(keys));
    }

    private List<Value> predict(Value images, Phase phase) {
        Shape shape = images.shape();
        if (shape.rank() != 4 || shape.dim(1) != 3 || shape.dim(2) < SMALLEST || shape.dim(3) < SMALLEST) {
            throw new IllegalArgumentException("the model " + name + " takes RGB images of at least " + SMALLEST + "x"
                    + SMALLEST + " pixels, [N, 3, H, W], not " + shape);
        }
        List<Map<List<Integer>, Value>> results = encode(description.normalisation().apply(images), phase);
        List<Value> predictions = new ArrayList<>();
        for (int t = 0; t < decoders.size(); t++) {
            int task = t;
            List<Value> features = description.encoder().features().stream()
                    .map(level -> results.get(level).get(description.sharing().setOf(level, task))).toList();
            predictions.add(Range.of(tasks().get(t))
                    .apply(decoders.get(t).decode(features, shape.dim(2), shape.dim(3), phase)));
        }
        return predictions;
    }

    /** The results of each level's copies. */
    private List<Map<List<Integer>, Value>> encode(Value images, Phase phase) {
        List<Map<List<Integer>, Value>> results = new ArrayList<>();
        for (int index = 0; index < levels.size(); index++) {
            int above = index - 1;
            Map<List<Integer>, Value> level = new LinkedHashMap<>();
            levels.get(index).forEach((set, copy) -> level.put(set, copy.apply(above < 0
                    ? images
                    : results.get(above).get(description.sharing().setOf(above, set.getFirst())), phase)));
            results.add(level);
        }
        return results;
    }

    @Override
    public List<Variable> parameters() {
        return weights.parameters();
    }

    @Override
    public List<Variable> statistics() {
        return weights.statistics();
    }

    /** All variables by name: parameters, then statistics. */
    public Map<String, Variable> variables() {
        Map<String, Variable> variables = new LinkedHashMap<>();
        parameters().forEach(variable -> variables.put(variable.name(), variable));
        statistics().forEach(variable -> variables.put(variable.name(), variable));
        return variables;
    }

    /**
     * The variables of the encoder's copies, each with its name within the copy: that of {@code encoder.conv1.weight}
     * and of {@code encoder.depth.conv1.weight} is {@code conv1.weight}.
     */
    public Map<Variable, String> encoderVariables() {
        List<String> scopes = description.sharing().levels().stream().flatMap(List::stream).distinct()
                .map(set -> scope(set).prefix()).sorted(Comparator.comparing(String::length).reversed()).toList();
        Map<Variable, String> names = new LinkedHashMap<>();
        for (Variable variable : variables().values()) {
            scopes.stream().filter(variable.name()::startsWith).findFirst()
                    .ifPresent(scope -> names.put(variable, variable.name().substring(scope.length())));
        }
        return names;
    }

    /** How many numbers training changes by their gradient. */
    public long parameterCount() {
        return parameters().stream().mapToLong(variable -> variable.type().shape().size()).sum();
    }

    @Override
    public String toString() {
        return "MultiTaskModel " + name + ", " + parameterCount() + " parameters";
    }
}
