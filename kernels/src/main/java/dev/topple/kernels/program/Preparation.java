// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Which values of a graph depend on nothing but variables that it does not assign, and constants: they are made before
 * a run, and only where one of these variables has changed. Scales and shifts of frozen batch normalisation, say, and
 * the weights that such scales are multiplied into. Only elementwise ops and moves take part, and only with small
 * results, since those are kept between runs; weights of convolutions are kept in their packed form alone, so they may
 * be of any size.
 */
final class Preparation {

    /** Elements of a value that is kept. */
    private static final int LARGEST = 4096;

    /**
     * What a value is made of.
     *
     * @param key the ops and variables, with value equality
     * @param variables those that it depends on
     */
    record Expression(Object key, List<DeviceVariable> variables) {}

    private record Step(Op op, List<Object> operands) {}

    private final Graph graph;
    private final Set<Node> made = new HashSet<>();
    private final Set<Value> kept = new LinkedHashSet<>();

    Preparation(Graph graph) {
        this.graph = graph;
        boolean[] weightOnly = weightOnly();
        for (Node node : graph.nodes()) {
            if (serves(node) && (weightOnly[node.id()] || node.result(0).shape().size() <= LARGEST)
                    && node.operands().stream().allMatch(this::isFixed)) {
                made.add(node);
            }
        }
        for (Node node : graph.nodes()) {
            for (int i = 0; !made.contains(node) && i < node.operands().size(); i++) {
                if (!isWeight(node, i)) {
                    keep(node.operand(i));
                }
            }
        }
        graph.outputs().values().forEach(this::keep);
        graph.assignments().values().forEach(this::keep);
    }

    private static boolean serves(Node node) {
        return node.op() instanceof Elementwise || node.op() instanceof Layout;
    }

    private void keep(Value value) {
        Value root = Values.root(value);
        if (made.contains(root.node())) {
            kept.add(root);
        }
    }

    /** Whether an operand of a node is a weight that is packed before use. */
    private static boolean isWeight(Node node, int operand) {
        return operand == 1 && !Grouping.isProductOfNothing(node) && node.operand(0) != node.operand(1)
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

    /** Whether a node is computed beforehand. */
    boolean isMade(Node node) {
        return made.contains(node);
    }

    /** Whether the nodes of a unit are computed beforehand; all are, or none. */
    boolean isMade(Unit unit) {
        return made.contains(unit.first());
    }

    /** Whether a value is the same in each run, but for changes of variables between runs. */
    boolean isFixed(Value value) {
        return switch (value.node().op()) {
            case Source.Input input -> false;
            case Source.Read read -> !graph.assignments().containsKey(read.variable());
            case Source.Fill fill -> true;
            case Source.Constant constant -> true;
            default -> made.contains(value.node());
        };
    }

    /** Whether a value that is made beforehand is needed in runs. */
    boolean isKept(Value root) {
        return kept.contains(root);
    }

    /** The variables that values made beforehand depend on. */
    List<Variable> variables() {
        List<Variable> variables = new ArrayList<>();
        for (Node node : graph.nodes()) {
            for (Value operand : node.operands()) {
                if (made.contains(node) && operand.node().op() instanceof Source.Read read
                        && !variables.contains(read.variable())) {
                    variables.add(read.variable());
                }
            }
        }
        return variables;
    }

    /**
     * What a fixed value is made of.
     *
     * @param device where variables live
     */
    static Expression expression(Value value, Function<Variable, DeviceVariable> device) {
        Set<DeviceVariable> used = new LinkedHashSet<>();
        Object key = key(value, device, used);
        return new Expression(key, List.copyOf(used));
    }

    private static Object key(Value value, Function<Variable, DeviceVariable> device, Set<DeviceVariable> used) {
        if (value.node().op() instanceof Source.Read read) {
            DeviceVariable variable = device.apply(read.variable());
            used.add(variable);
            return variable;
        }
        List<Object> operands = new ArrayList<>();
        value.node().operands().forEach(operand -> operands.add(key(operand, device, used)));
        return new Step(value.node().op(), operands);
    }
}
