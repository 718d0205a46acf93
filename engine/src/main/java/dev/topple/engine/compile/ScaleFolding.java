// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Moves the scales of frozen batch normalisation from a gradient into the weight that the gradient meets next: the
 * input gradient of {@code g scale[channel]} with a weight W is that of g with W scaled along its output channels. The
 * scaled weight is prepared once (see {@link Preparation}), and a pass over the gradient is saved in each run. Nothing
 * moves where weight or scale is not fixed, as in training.
 */
final class ScaleFolding {

    private record Scaled(Value image, Value scale) {}

    private record Weight(Value weight, Value scale) {}

    private final Graph source;
    private final Preparation preparation;
    private final GraphCopy copy = new GraphCopy();
    private final Map<Weight, Value> weights = new HashMap<>();

    private ScaleFolding(Graph source) {
        this.source = source;
        this.preparation = Preparation.of(source);
    }

    /** A graph that computes the same up to rounding. */
    static Graph of(Graph graph) {
        return new ScaleFolding(graph).run();
    }

    private Graph run() {
        Map<Node, Scaled> folded = folded();
        for (Node node : source.nodes()) {
            boolean meets = !node.operands().isEmpty() && folded.containsKey(node.operand(0).node());
            if (meets) {
                Scaled scaled = folded.get(node.operand(0).node());
                Value weight = weights.computeIfAbsent(new Weight(node.operand(1), scaled.scale()), this::weight);
                copy.put(node, copy.add(node.op(), List.of(copy.of(scaled.image()), weight)).results());
            } else if (!folded.containsKey(node)) {
                copy.keep(node);
            }
        }
        return copy.finish(source);
    }

    private Value weight(Weight scaled) {
        Value weight = copy.of(scaled.weight());
        return weight.times(copy.of(scaled.scale()).reshape(weight.shape().dim(0), 1, 1, 1));
    }

    /** The products that nothing but input gradients with fixed weights read, and what they multiply. */
    private Map<Node, Scaled> folded() {
        Map<Node, Scaled> found = new HashMap<>();
        source.nodes().forEach(node -> scaled(node).ifPresent(scaled -> found.put(node, scaled)));
        Set<Node> used = new HashSet<>();
        for (Node node : source.nodes()) {
            for (int i = 0; i < node.operands().size(); i++) {
                Node operand = node.operand(i).node();
                used.add(operand);
                boolean folds = i == 0 && node.op() instanceof Convolution.InputGradient
                        && preparation.isFixed(node.operand(1)) && !GraphFacts.isProductOfNothing(node);
                if (!folds) {
                    found.remove(operand);
                }
            }
        }
        source.outputs().values().forEach(value -> found.remove(value.node()));
        source.assignments().values().forEach(value -> found.remove(value.node()));
        found.keySet().retainAll(used);
        return found;
    }

    /** The image and the fixed scale for each of its channels that a node multiplies. */
    private Optional<Scaled> scaled(Node node) {
        for (int i = 0; node.op() instanceof Binary.Multiply && i < 2; i++) {
            Value image = node.operand(i);
            Value scale = node.operand(1 - i);
            boolean fits = image.shape().rank() == 4 && image.shape().equals(node.result(0).shape())
                    && !preparation.isFixed(image) && preparation.isFixed(scale)
                    && GraphFacts.isPerChannel(scale.shape(), image.shape());
            if (fits) {
                return Optional.of(new Scaled(image, scale));
            }
        }
        return Optional.empty();
    }
}
