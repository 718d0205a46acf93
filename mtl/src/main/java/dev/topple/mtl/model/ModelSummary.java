// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How large a model is and what it costs, part by part, for one image of a size. Nothing is computed, and no weight has
 * memory of its own.
 *
 * @param description the model
 * @param height of the image
 * @param width of the image
 * @param levels of the encoder, each of one copy
 * @param decoders one for each task
 */
public record ModelSummary(ModelDescription description, int height, int width, List<Part> levels,
        List<Part> decoders) {

    /**
     * A level of an encoder, or a decoder.
     *
     * @param name what it is called
     * @param parameters how many numbers training changes by their gradient
     * @param multiplyAdds of its convolutions and matrix products; what is done to single elements is not counted
     * @param result the channels, rows and columns of what it gives
     */
    public record Part(String name, long parameters, long multiplyAdds, Shape result) {}

    public ModelSummary {
        levels = List.copyOf(levels);
        decoders = List.copyOf(decoders);
    }

    /**
     * The summary of a model.
     *
     * @throws IllegalArgumentException if it takes no images of this size
     */
    public static ModelSummary of(ModelDescription description, int height, int width) {
        if (Math.min(height, width) < MultiTaskModel.SMALLEST) {
            throw new IllegalArgumentException("a model takes images of at least " + MultiTaskModel.SMALLEST + "x"
                    + MultiTaskModel.SMALLEST + " pixels, not " + height + "x" + width);
        }
        Graph graph = new Graph();
        EncoderSettings encoder = description.encoder();
        List<Value> results = new ArrayList<>();
        List<Part> levels = new ArrayList<>();
        Value x = graph.input("images", TensorType.f32(1, 3, height, width));
        for (int index = 0; index < encoder.levels(); index++) {
            Weights weights = Weights.zeros();
            int before = graph.nodes().size();
            x = encoder.level(index, weights).apply(x, Phase.FROZEN);
            results.add(x);
            levels.add(part(encoder.levelName(index), weights, graph, before, x));
        }
        List<Value> features = encoder.features().stream().map(results::get).toList();
        List<Integer> channels = encoder.features().stream().map(encoder.channels()::get).toList();
        List<Part> decoders = new ArrayList<>();
        for (Task task : description.tasks()) {
            Weights weights = Weights.zeros();
            int before = graph.nodes().size();
            Value prediction = description.decoderOf(task).decoder(channels, task.channels(), 0, weights)
                    .decode(features, height, width, Phase.FROZEN);
            decoders.add(part(task.name(), weights, graph, before, prediction));
        }
        return new ModelSummary(description, height, width, levels, decoders);
    }

    private static Part part(String name, Weights weights, Graph graph, int before, Value result) {
        long multiplyAdds = graph.nodes().stream().skip(before).mapToLong(ModelSummary::multiplyAdds).sum();
        Shape shape = result.shape();
        return new Part(name, weights.parameterCount(), multiplyAdds,
                Shape.of(shape.dim(1), shape.dim(2), shape.dim(3)));
    }

    private static long multiplyAdds(Node node) {
        long results = node.result(0).shape().size();
        return switch (node.op()) {
            case Convolution.Conv2d conv -> results * node.operand(1).shape().product(1, 4);
            case MatMul product -> results * node.operand(0).shape().dim(product.transposeA() ? -2 : -1);
            default -> 0;
        };
    }

    /** The same model with another layout. */
    public ModelSummary with(Sharing sharing) {
        return new ModelSummary(new ModelDescription(description.encoder(), description.decoder(),
                description.normalisation(), description.tasks(), sharing), height, width, levels, decoders);
    }

    /** How many copies of a level there are. */
    public int copies(int level) {
        return description.sharing().sets(level).size();
    }

    /** The parameters of the encoder, all copies of its levels. */
    public long encoderParameters() {
        return IntStream.range(0, levels.size()).mapToLong(level -> copies(level) * levels.get(level).parameters())
                .sum();
    }

    /** The multiply-adds of the encoder, all copies of its levels. */
    public long encoderMultiplyAdds() {
        return IntStream.range(0, levels.size()).mapToLong(level -> copies(level) * levels.get(level).multiplyAdds())
                .sum();
    }

    /** The parameters of the model. */
    public long parameters() {
        return encoderParameters() + decoders.stream().mapToLong(Part::parameters).sum();
    }

    /** The multiply-adds of one prediction of all tasks. */
    public long multiplyAdds() {
        return encoderMultiplyAdds() + decoders.stream().mapToLong(Part::multiplyAdds).sum();
    }
}
