// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins the gradients that several convolutions give back to one image, such as the features that the decoders of all
 * tasks read: the sum of the input gradients of g1 with W1, g2 with W2, … is that of g1, g2, … side by side with W1,
 * W2, … one below the other. The sums in between are not written and read again. How many are joined, and whether g1,
 * g2, … are copied side by side, is the device's choice, see {@link FusionRules}. Nothing is joined where a weight is
 * not fixed, as in training.
 */
final class GradientJoining {

    /** A sum of images: gradients that are joined, what is added to them, and the sums on the way. */
    private record Sum(List<List<Node>> joined, List<Value> others, List<Node> inner) {}

    /** What gradients that are joined have in common. */
    private record Kind(Op op, Shape gradient, Shape weight) {

        static Kind of(Node node) {
            return new Kind(node.op(), node.operand(0).shape(), node.operand(1).shape());
        }
    }

    private final Graph source;
    private final FusionRules rules;
    private final Preparation preparation;
    private final Uses uses;
    private final GraphCopy copy = new GraphCopy();
    private final Map<Node, Sum> sums = new HashMap<>();
    private final Set<Node> inside = new HashSet<>();

    private GradientJoining(Graph source, FusionRules rules) {
        this.source = source;
        this.rules = rules;
        this.preparation = Preparation.of(source);
        this.uses = new Uses(source);
    }

    /** A graph that computes the same up to rounding. */
    static Graph of(Graph graph, FusionRules rules) {
        return new GradientJoining(graph, rules).run();
    }

    private Graph run() {
        findSums();
        Set<Node> dropped = new HashSet<>();
        for (Sum sum : sums.values()) {
            sum.joined().forEach(dropped::addAll);
            dropped.addAll(sum.inner());
        }
        for (Node node : source.nodes()) {
            if (sums.containsKey(node)) {
                copy.put(node, List.of(joined(sums.get(node))));
            } else if (!dropped.contains(node)) {
                copy.keep(node);
            }
        }
        return copy.finish(source);
    }

    private Value joined(Sum sum) {
        List<Value> addends = new ArrayList<>();
        for (List<Node> nodes : sum.joined()) {
            Value gradients = Layout.concat(1, nodes.stream().map(node -> copy.of(node.operand(0))).toList());
            Value weights = Layout.concat(0, nodes.stream().map(node -> copy.of(node.operand(1))).toList());
            addends.add(copy.add(nodes.get(0).op(), List.of(gradients, weights)).result(0));
        }
        sum.others().forEach(value -> addends.add(copy.of(value)));
        return addends.stream().reduce(Value::plus).orElseThrow();
    }

    private void findSums() {
        List<Node> nodes = source.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (node.op() instanceof Binary.Add && !inside.contains(node) && node.result(0).shape().rank() == 4) {
                Sum sum = sum(node);
                if (!sum.joined().isEmpty()) {
                    sums.put(node, sum);
                }
            }
        }
    }

    /** What a sum adds up in the end. */
    private Sum sum(Node root) {
        Map<Kind, List<Node>> byKind = new LinkedHashMap<>();
        List<Value> others = new ArrayList<>();
        List<Node> inner = new ArrayList<>();
        Deque<Value> open = new ArrayDeque<>(List.of(root.operand(0), root.operand(1)));
        while (!open.isEmpty()) {
            Value value = open.pop();
            Node node = value.node();
            if (node.op() instanceof Binary.Add && uses.isOneOperand(node)
                    && value.shape().equals(root.result(0).shape())) {
                inside.add(node);
                inner.add(node);
                open.push(node.operand(1));
                open.push(node.operand(0));
            } else if (joins(node)) {
                byKind.computeIfAbsent(Kind.of(node), kind -> new ArrayList<>()).add(node);
            } else {
                others.add(value);
            }
        }
        List<List<Node>> joined = new ArrayList<>();
        for (List<Node> nodes : byKind.values()) {
            int most = rules.mostJoined(nodes.get(0));
            for (int from = 0; from < nodes.size(); from += most) {
                List<Node> some = nodes.subList(from, Math.min(nodes.size(), from + most));
                if (some.size() > 1) {
                    joined.add(some);
                } else {
                    others.add(some.get(0).result(0));
                }
            }
        }
        return new Sum(joined, others, inner);
    }

    private boolean joins(Node node) {
        return node.op() instanceof Convolution.InputGradient gradient && gradient.geometry().groups() == 1
                && uses.isOneOperand(node) && !GraphFacts.isProductOfNothing(node)
                && preparation.isFixed(node.operand(1)) && rules.mostJoined(node) > 0;
    }

    /** The images whose channels, one after another, are the source of an input gradient; none for other nodes. */
    static List<Value> parts(Node node) {
        if (!(node.op() instanceof Convolution.InputGradient) || GraphFacts.isProductOfNothing(node)) {
            return List.of();
        }
        Node concat = node.operand(0).node();
        boolean sideBySide = concat.op() instanceof Layout.Concat all && all.axis() == 1
                && concat.operands().stream()
                        .allMatch(part -> GraphFacts.isWhole(part, concat.operand(0).shape()));
        return sideBySide ? concat.operands() : List.of();
    }
}
