// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which values of a graph depend on nothing but variables that it does not assign, and constants. They are made before
 * anything else and only when one of these variables has changed: scales and shifts of frozen batch normalisation, say,
 * and the weights that such scales are multiplied into. Only elementwise ops and moves take part, and only with small
 * results, since these are kept between runs; weights of convolutions are kept in their packed form alone, so they may
 * be of any size.
 */
public final class Preparation {

    /** Elements of a value that is kept. */
    private static final int LARGEST = 4096;

    /**
     * What a value is made of.
     *
     * @param key the ops and variables, with value equality
     * @param variables those that it depends on, in the order in which they are met
     */
    public record Expression(Object key, Set<Variable> variables) {}

    private record Step(Op op, List<Object> operands) {}

    private final Graph graph;
    private final boolean[] made;
    private final Set<Value> kept = new HashSet<>();

    private Preparation(Graph graph) {
        this.graph = graph;
        made = new boolean[graph.nodes().size()];
        boolean[] weightOnly = weightOnly();
        for (Node node : graph.nodes()) {
            made[node.id()] = serves(node) && node.operands().stream().allMatch(this::isFixed)
                    && (weightOnly[node.id()] || node.result(0).shape().size() <= LARGEST);
        }
        for (Node node : graph.nodes()) {
            for (int i = 0; !made[node.id()] && i < node.operands().size(); i++) {
                if (!isWeight(node, i)) {
                    keep(node.operand(i));
                }
            }
        }
        graph.outputs().values().forEach(this::keep);
        graph.assignments().values().forEach(this::keep);
    }

    /** What can be prepared of a graph. */
    static Preparation of(Graph graph) {
        return new Preparation(graph);
    }

    private static boolean serves(Node node) {
        return node.op() instanceof Elementwise || node.op() instanceof Layout;
    }

    private void keep(Value value) {
        Value root = GraphFacts.root(value);
        if (made[root.node().id()]) {
            kept.add(root);
        }
    }

    /** Whether an operand of a node is a weight that is packed before use. */
    private static boolean isWeight(Node node, int operand) {
        return operand == 1 && !GraphFacts.isProductOfNothing(node) && node.operand(0) != node.operand(1)
                && (node.op() instanceof Convolution.Conv2d || node.op() instanceof Convolution.InputGradient);
    }

    /** The nodes whose results are read as weights of convolutions alone, or by nodes of which that is true. */
    private boolean[] weightOnly() {
        List<Node> nodes = graph.nodes();
        boolean[] only = new boolean[nodes.size()];
        Arrays.fill(only, true);
        graph.outputs().values().forEach(value -> only[value.node().id()] = false);
        graph.assignments().values().forEach(value -> only[value.node().id()] = false);
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            for (int i = 0; i < node.operands().size(); i++) {
                only[node.operand(i).node().id()] &= isWeight(node, i) || (serves(node) && only[id]);
            }
        }
        return only;
    }

    /** Whether a value is prepared, and not a variable or a constant itself. */
    public boolean isMade(Value value) {
        return made[value.node().id()];
    }

    /** Whether the nodes of a unit are prepared; all are, or none. */
    public boolean isMade(Unit unit) {
        return made[unit.first().id()];
    }

    /** Whether a value is the same in each run, but for changes of variables between runs. */
    public boolean isFixed(Value value) {
        return switch (value.node().op()) {
            case Source.Input input -> false;
            case Source.Read read -> !graph.assignments().containsKey(read.variable());
            case Source.Fill fill -> true;
            case Source.Constant constant -> true;
            default -> made[value.node().id()];
        };
    }

    /** Whether a prepared value, not a view of another, must outlast the making of what is made of it. */
    public boolean isKept(Value root) {
        return kept.contains(root);
    }

    /** What a fixed value is made of, or a variable that the graph assigns; empty for what is computed in each run. */
    public Optional<Expression> expression(Value value) {
        if (!isFixed(value) && !(value.node().op() instanceof Source.Read)) {
            return Optional.empty();
        }
        Set<Variable> used = new LinkedHashSet<>();
        Object key = key(value, used);
        return Optional.of(new Expression(key, used));
    }

    private static Object key(Value value, Set<Variable> used) {
        Op op = value.node().op();
        if (op instanceof Source.Read read) {
            used.add(read.variable());
            return read.variable();
        }
        return new Step(op, value.node().operands().stream().map(operand -> key(operand, used)).toList());
    }
}
