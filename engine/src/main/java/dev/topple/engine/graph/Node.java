// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** An op applied to operands. Nodes of a graph are numbered in an order in which they can be computed. */
public final class Node {

    private final Graph graph;
    private final int id;
    private final Op op;
    private final List<Value> operands;
    private final List<Value> results;

    Node(Graph graph, int id, Op op, List<Value> operands, List<TensorType> types) {
        this.graph = graph;
        this.id = id;
        this.op = op;
        this.operands = operands;
        List<Value> values = new ArrayList<>(types.size());
        for (TensorType type : types) {
            values.add(new Value(this, values.size(), type));
        }
        this.results = List.copyOf(values);
    }

    /** The graph that this node belongs to. */
    public Graph graph() {
        return graph;
    }

    /** The position in the graph: larger than that of every operand. */
    public int id() {
        return id;
    }

    /** What is computed. */
    public Op op() {
        return op;
    }

    /** What it is computed from. */
    public List<Value> operands() {
        return operands;
    }

    /** One operand. */
    public Value operand(int i) {
        return operands.get(i);
    }

    /** What it gives. */
    public List<Value> results() {
        return results;
    }

    /** One result. */
    public Value result(int i) {
        return results.get(i);
    }

    @Override
    public String toString() {
        return results.stream().map(Value::toString).collect(Collectors.joining(", ")) + " = " + op
                + operands.stream().map(v -> "%" + v.node().id() + (v.index() > 0 ? "." + v.index() : ""))
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
