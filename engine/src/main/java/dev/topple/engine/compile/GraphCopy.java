// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph that a pass writes as a copy of another, node by node, with the same inputs, outputs and assignments. */
final class GraphCopy {

    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();

    /** What stands for a value of the source. */
    Value of(Value value) {
        return copies.get(value);
    }

    /** What stands for the operands of a node of the source. */
    List<Value> operands(Node node) {
        return node.operands().stream().map(copies::get).toList();
    }

    /** A new node, or the one of that input or variable. */
    Node add(Op op, List<Value> operands) {
        return switch (op) {
            case Source.Input input -> target.input(input.name(), input.type()).node();
            case Source.Read read -> target.read(read.variable()).node();
            default -> target.node(op, operands.toArray(Value[]::new));
        };
    }

    /** Lets values stand for the results of a node of the source. */
    void put(Node node, List<Value> results) {
        for (int i = 0; i < results.size(); i++) {
            copies.put(node.result(i), results.get(i));
        }
    }

    /** Copies a node as it is. */
    void keep(Node node) {
        put(node, add(node.op(), operands(node)).results());
    }

    /** The copy, with what leaves the source. */
    Graph finish(Graph source) {
        source.outputs().forEach((name, value) -> target.output(name, copies.get(value)));
        source.assignments().forEach((variable, value) -> target.assign(variable, copies.get(value)));
        return target;
    }
}
