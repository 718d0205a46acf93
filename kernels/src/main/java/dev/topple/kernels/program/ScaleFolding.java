// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Moves the scales of frozen batch normalisation from a gradient into the weight that the gradient meets next: the
 * input gradient of {@code g scale[channel]} with a weight W is that of g with W scaled along its output channels. The
 * scaled weight is packed once, see {@link Preparation}, and a pass over the gradient is saved in each run. Where
 * weight or scale changes in each run, as in training, all stays as it is.
 */
final class ScaleFolding {

    private record Scaled(Value image, Value scale) {}

    private final Graph source;
    private final Preparation preparation;
    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();
    private final Map<Scaled, Value> weights = new HashMap<>();

    private ScaleFolding(Graph source) {
        this.source = source;
        this.preparation = new Preparation(source);
    }

    /** A graph that computes the same up to rounding. */
    static Graph of(Graph graph) {
        ScaleFolding folding = new ScaleFolding(graph);
        Map<Node, Scaled> scaled = folding.scaled();
        graph.nodes().stream().filter(node -> !scaled.containsKey(node)).forEach(node -> folding.copy(node, scaled));
        graph.outputs().forEach((name, value) -> folding.target.output(name, folding.copies.get(value)));
        graph.assignments().forEach((variable, value) -> folding.target.assign(variable, folding.copies.get(value)));
        return folding.target;
    }

    private void copy(Node node, Map<Node, Scaled> scaled) {
        Value[] operands = node.operands().stream().map(copies::get).toArray(Value[]::new);
        Scaled gradient = node.operands().isEmpty() ? null : scaled.get(node.operand(0).node());
        if (gradient != null) {
            operands[0] = copies.get(gradient.image());
            operands[1] = weights.computeIfAbsent(new Scaled(node.operand(1), gradient.scale()), this::weight);
        }
        List<Value> results = switch (node.op()) {
            case Source.Input input -> List.of(target.input(input.name(), input.type()));
            case Source.Read read -> List.of(target.read(read.variable()));
            default -> target.node(node.op(), operands).results();
        };
        for (int i = 0; i < results.size(); i++) {
            copies.put(node.result(i), results.get(i));
        }
    }

    private Value weight(Scaled scaled) {
        Value weight = copies.get(scaled.image());
        return weight.times(copies.get(scaled.scale()).reshape(weight.shape().dim(0), 1, 1, 1));
    }

    /** The products that nothing but input gradients with fixed weights read, and what they multiply. */
    private Map<Node, Scaled> scaled() {
        Map<Node, Scaled> found = new HashMap<>();
        source.nodes().forEach(node -> product(node).ifPresent(scaled -> found.put(node, scaled)));
        Set<Node> used = new HashSet<>();
        for (Node node : source.nodes()) {
            for (int i = 0; i < node.operands().size(); i++) {
                used.add(node.operand(i).node());
                boolean folds = i == 0 && node.op() instanceof Convolution.InputGradient
                        && preparation.isFixed(node.operand(1)) && !Grouping.isProductOfNothing(node);
                if (!folds) {
                    found.remove(node.operand(i).node());
                }
            }
        }
        source.outputs().values().forEach(value -> found.remove(value.node()));
        source.assignments().values().forEach(value -> found.remove(value.node()));
        found.keySet().retainAll(used);
        return found;
    }

    /** The image and the fixed scale for each of its channels that a node multiplies. */
    private Optional<Scaled> product(Node node) {
        for (int i = 0; node.op() instanceof Binary.Multiply && i < 2; i++) {
            Value image = node.operand(i);
            Value scale = node.operand(1 - i);
            if (image.shape().rank() == 4 && image.shape().equals(node.result(0).shape())
                    && !preparation.isFixed(image) && preparation.isFixed(scale)
                    && isPerChannel(scale.shape(), image.shape())) {
                return Optional.of(new Scaled(image, scale));
            }
        }
        return Optional.empty();
    }

    private static boolean isPerChannel(Shape shape, Shape images) {
        int axis = shape.rank() - 3;
        return axis >= 0 && shape.rank() <= 4 && shape.dim(axis) == images.dim(1) && shape.size() == images.dim(1);
    }
}
