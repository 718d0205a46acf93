// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.blocked.JoinedPointwise;
import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins the gradients that several convolutions of 1 by 1 give back to one image, such as the features that the
 * decoders of all tasks read: the sum of the input gradients of g1 with W1, g2 with W2, … is that of g1, g2, … side by
 * side with W1, W2, … one below the other. What lies side by side is not copied ({@link JoinedPointwise}), and the sums
 * in between are not written and read again. Nothing is joined where a weight is not fixed, as in training.
 */
final class GradientJoining {

    /** A sum of images: gradients that are joined, what is added to them, and the sums on the way. */
    private record Sum(List<List<Node>> joined, List<Value> others, List<Node> inner) {}

    private final Graph source;
    private final Preparation preparation;
    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();
    private final Map<Node, Sum> sums = new HashMap<>();
    private final int[] uses;
    private final boolean[] inside;

    private GradientJoining(Graph source) {
        this.source = source;
        this.preparation = Preparation.of(source);
        int count = source.nodes().size();
        uses = new int[count];
        inside = new boolean[count];
        source.nodes().forEach(node -> node.operands().forEach(operand -> uses[operand.node().id()]++));
        // What leaves must be there by itself.
        source.outputs().values().forEach(value -> uses[value.node().id()] += 2);
        source.assignments().values().forEach(value -> uses[value.node().id()] += 2);
    }

    /** A graph that computes the same up to rounding. */
    static Graph of(Graph graph) {
        return new GradientJoining(graph).run();
    }

    private Graph run() {
        findSums();
        boolean[] dropped = new boolean[inside.length];
        for (Sum sum : sums.values()) {
            sum.joined().forEach(nodes -> nodes.forEach(node -> dropped[node.id()] = true));
            sum.inner().forEach(node -> dropped[node.id()] = true);
        }
        for (Node node : source.nodes()) {
            Sum sum = sums.get(node);
            if (sum != null) {
                copies.put(node.result(0), joined(sum));
            } else if (!dropped[node.id()]) {
                copy(node);
            }
        }
        source.outputs().forEach((name, value) -> target.output(name, copies.get(value)));
        source.assignments().forEach((variable, value) -> target.assign(variable, copies.get(value)));
        return target;
    }

    private void copy(Node node) {
        Value[] operands = node.operands().stream().map(copies::get).toArray(Value[]::new);
        List<Value> results = switch (node.op()) {
            case Source.Input input -> List.of(target.input(input.name(), input.type()));
            case Source.Read read -> List.of(target.read(read.variable()));
            case Op op -> target.node(op, operands).results();
        };
        for (int i = 0; i < results.size(); i++) {
            copies.put(node.result(i), results.get(i));
        }
    }

    private Value joined(Sum sum) {
        List<Value> addends = new ArrayList<>();
        for (List<Node> nodes : sum.joined()) {
            Value gradients = Layout.concat(1, nodes.stream().map(node -> copies.get(node.operand(0))).toList());
            Value weights = Layout.concat(0, nodes.stream().map(node -> copies.get(node.operand(1))).toList());
            addends.add(target.node(nodes.get(0).op(), gradients, weights).result(0));
        }
        sum.others().forEach(value -> addends.add(copies.get(value)));
        return addends.stream().reduce(Value::plus).orElseThrow();
    }

    private void findSums() {
        List<Node> nodes = source.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (node.op() instanceof Binary.Add && !inside[id] && node.result(0).shape().rank() == 4) {
                Sum sum = sum(node);
                if (!sum.joined().isEmpty()) {
                    sums.put(node, sum);
                }
            }
        }
    }

    /** What a sum adds up in the end. */
    private Sum sum(Node root) {
        Map<Shape, List<Node>> byShape = new LinkedHashMap<>();
        List<Value> others = new ArrayList<>();
        List<Node> inner = new ArrayList<>();
        Deque<Value> open = new ArrayDeque<>(List.of(root.operand(0), root.operand(1)));
        while (!open.isEmpty()) {
            Value value = open.pop();
            Node node = value.node();
            if (node.op() instanceof Binary.Add && uses[node.id()] == 1
                    && value.shape().equals(root.result(0).shape())) {
                inside[node.id()] = true;
                inner.add(node);
                open.push(node.operand(1));
                open.push(node.operand(0));
            } else if (joins(node)) {
                byShape.computeIfAbsent(node.operand(0).shape(), shape -> new ArrayList<>()).add(node);
            } else {
                others.add(value);
            }
        }
        List<List<Node>> joined = new ArrayList<>();
        byShape.forEach((shape, nodes) -> {
            int most = JoinedPointwise.MOST_CHANNELS / shape.dim(1);
            for (int from = 0; from < nodes.size(); from += most) {
                List<Node> some = nodes.subList(from, Math.min(nodes.size(), from + most));
                if (some.size() > 1) {
                    joined.add(some);
                } else {
                    others.add(some.get(0).result(0));
                }
            }
        });
        return new Sum(joined, others, inner);
    }

    private boolean joins(Node node) {
        return node.op() instanceof Convolution.InputGradient gradient && uses[node.id()] == 1
                && !Fusion.isProductOfNothing(node) && preparation.isFixed(node.operand(1))
                && node.result(0).shape().dim(1) >= Blocks.WIDTH
                && JoinedPointwise.serves(Convolutions.task(gradient, node, Form.BLOCKED, Form.BLOCKED), 1);
    }

    /** The images whose channels, one after another, an input gradient takes as its source where they lie. */
    static List<Value> parts(Node node) {
        Node concat = node.operand(0).node();
        if (!(node.op() instanceof Convolution.InputGradient gradient)
                || !(concat.op() instanceof Layout.Concat all) || all.axis() != 1 || Fusion.isProductOfNothing(node)) {
            return List.of();
        }
        Shape first = concat.operand(0).shape();
        boolean serves = concat.operands().stream()
                .allMatch(part -> part.shape().equals(first) && Lowering.root(part).shape().equals(first))
                && JoinedPointwise.serves(Convolutions.task(gradient, node, Form.BLOCKED, Form.BLOCKED),
                        concat.operands().size());
        return serves ? concat.operands() : List.of();
    }
}
