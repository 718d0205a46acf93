// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();
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
        boolean[] folded = folded();
        for (Node node : source.nodes()) {
            if (!folded[node.id()]) {
                copy(node, folded);
            }
        }
        source.outputs().forEach((name, value) -> target.output(name, copies.get(value)));
        source.assignments().forEach((variable, value) -> target.assign(variable, copies.get(value)));
        return target;
    }

    private void copy(Node node, boolean[] folded) {
        List<Value> operands = new ArrayList<>();
        if (node.op() instanceof Convolution.InputGradient && folded[node.operand(0).node().id()]) {
            Scaled scaled = scaled(node.operand(0).node()).orElseThrow();
            operands.add(copies.get(scaled.image()));
            operands.add(weights.computeIfAbsent(new Weight(node.operand(1), scaled.scale()), this::weight));
        } else {
            node.operands().forEach(operand -> operands.add(copies.get(operand)));
        }
        List<Value> results = switch (node.op()) {
            case Source.Input input -> List.of(target.input(input.name(), input.type()));
            case Source.Read read -> List.of(target.read(read.variable()));
            case Op op -> target.node(op, operands.toArray(Value[]::new)).results();
        };
        for (int i = 0; i < results.size(); i++) {
            copies.put(node.result(i), results.get(i));
        }
    }

    private Value weight(Weight scaled) {
        Value weight = copies.get(scaled.weight());
        return weight.times(copies.get(scaled.scale()).reshape(weight.shape().dim(0), 1, 1, 1));
    }

    /** The products that nothing but input gradients with fixed weights read. */
    private boolean[] folded() {
        List<Node> nodes = source.nodes();
        boolean[] folded = new boolean[nodes.size()];
        for (Node node : nodes) {
            folded[node.id()] = scaled(node).isPresent();
        }
        boolean[] used = new boolean[nodes.size()];
        for (Node node : nodes) {
            for (int i = 0; i < node.operands().size(); i++) {
                Node operand = node.operand(i).node();
                used[operand.id()] = true;
                folded[operand.id()] &= i == 0 && node.op() instanceof Convolution.InputGradient
                        && preparation.isFixed(node.operand(1)) && !Fusion.isProductOfNothing(node);
            }
        }
        source.outputs().values().forEach(value -> folded[value.node().id()] = false);
        source.assignments().values().forEach(value -> folded[value.node().id()] = false);
        for (int id = 0; id < folded.length; id++) {
            folded[id] &= used[id];
        }
        return folded;
    }

    /** The image and the fixed scale for each of its channels that a node multiplies. */
    private Optional<Scaled> scaled(Node node) {
        for (int i = 0; node.op() instanceof Binary.Multiply && i < 2; i++) {
            Value image = node.operand(i);
            Value scale = node.operand(1 - i);
            boolean fits = image.shape().rank() == 4 && image.shape().equals(node.result(0).shape())
                    && !preparation.isFixed(image) && preparation.isFixed(scale)
                    && perChannel(scale.shape(), image.shape());
            if (fits) {
                return Optional.of(new Scaled(image, scale));
            }
        }
        return Optional.empty();
    }

    private static boolean perChannel(Shape shape, Shape images) {
        int axis = shape.rank() - 3;
        return axis >= 0 && shape.rank() <= 4 && shape.dim(axis) == images.dim(1) && shape.size() == images.dim(1);
    }
}
