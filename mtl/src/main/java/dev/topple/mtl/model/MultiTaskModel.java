// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An encoder that all tasks share (hard sharing) and a decoder for each. It takes images of any size from 16x16 on.
 * Depth is predicted as a positive number of metres, segmentation as logits, normals as vectors of any length.
 */
public final class MultiTaskModel implements TrainableModel {

    /** The fewest pixels of an image's side. */
    public static final int SMALLEST = 16;

    private final String name;
    private final ModelDescription description;
    private final Encoder encoder;
    private final List<Decoder> decoders = new ArrayList<>();
    private final Weights weights;

    private MultiTaskModel(String name, ModelDescription description, Weights weights) {
        this.name = name;
        this.description = description;
        this.weights = weights;
        this.encoder = new ResidualEncoder(description.encoder(), weights.in("encoder"));
        for (Task task : description.tasks()) {
            PyramidDecoder.Range range =
                    task instanceof Depth ? PyramidDecoder.Range.POSITIVE : PyramidDecoder.Range.ANY;
            decoders.add(new PyramidDecoder(description.decoder(), encoder.channels(), task.channels(), range,
                    weights.in("decoder").in(task.name())));
        }
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

    private List<Value> predict(Value images, Phase phase) {
        Shape shape = images.shape();
        if (shape.rank() != 4 || shape.dim(1) != 3 || shape.dim(2) < SMALLEST || shape.dim(3) < SMALLEST) {
            throw new IllegalArgumentException("the model " + name + " takes RGB images of at least " + SMALLEST + "x"
                    + SMALLEST + " pixels, [N, 3, H, W], not " + shape);
        }
        List<Value> features = encoder.encode(description.normalisation().apply(images), phase);
        return decoders.stream()
                .map(decoder -> decoder.decode(features, shape.dim(2), shape.dim(3), phase))
                .toList();
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

    /** How many numbers training changes by their gradient. */
    public long parameterCount() {
        return parameters().stream().mapToLong(variable -> variable.type().shape().size()).sum();
    }

    @Override
    public String toString() {
        return "MultiTaskModel " + name + ", " + parameterCount() + " parameters";
    }
}
