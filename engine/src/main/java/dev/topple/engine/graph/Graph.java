// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A computation written down: nodes, the values that leave it under a name, and the variables that it assigns. A graph
 * only grows. It belongs to one thread while it is built; afterwards anybody may read it.
 *
 * <p>Within a run every read of a variable sees the value from before the run; assignments take effect at its end.
 */
public final class Graph {

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Value> inputs = new LinkedHashMap<>();
    private final Map<Variable, Value> reads = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<Variable, Value> assignments = new LinkedHashMap<>();

    /**
     * Adds a node.
     *
     * @throws IllegalArgumentException if an operand belongs to another graph or does not fit the op
     */
    public Node node(Op op, Value... operands) {
        List<Value> list = List.of(operands);
        for (Value operand : list) {
            if (operand.graph() != this) {
                throw new IllegalArgumentException(
                        op.mnemonic() + ": operand " + operand + " belongs to another graph");
            }
        }
        List<TensorType> types = op.results(list.stream().map(Value::type).toList());
        Node node = new Node(this, nodes.size(), op, list, types);
        nodes.add(node);
        return node;
    }

    /** Adds a node and returns its first result. */
    public Value apply(Op op, Value... operands) {
        return node(op, operands).result(0);
    }

    /** A value that is fed afresh to each run; asking again for the same name gives the same value. */
    public Value input(String name, TensorType type) {
        Value known = inputs.get(name);
        if (known != null) {
            if (!known.type().equals(type)) {
                throw new IllegalArgumentException(
                        "input '" + name + "' is " + known.type() + ", but was asked for as " + type);
            }
            return known;
        }
        Value value = apply(new Source.Input(name, type));
        inputs.put(name, value);
        return value;
    }

    /** The value of a variable before the run; asking again gives the same value. */
    public Value read(Variable variable) {
        Value known = reads.get(variable);
        if (known == null) {
            known = apply(new Source.Read(variable));
            reads.put(variable, known);
        }
        return known;
    }

    /** A tensor that is part of the graph; it is copied. Weights are variables, not constants. */
    public Value constant(Tensor tensor) {
        return apply(Source.Constant.of(tensor));
    }

    /** Floats that all have one value. */
    public Value fill(Shape shape, double value) {
        return apply(new Source.Fill(shape, (float) value));
    }

    /** Zeros of a float type. */
    public Value zeros(TensorType type) {
        if (type.dtype() != DType.F32) {
            throw new IllegalArgumentException("zeros of " + type + ": only floats are filled; use a constant");
        }
        return fill(type.shape(), 0);
    }

    /** Lets a value leave the graph under a name. */
    public void output(String name, Value value) {
        if (value.graph() != this) {
            throw new IllegalArgumentException("output '" + name + "' belongs to another graph");
        }
        if (outputs.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("output '" + name + "' exists already");
        }
    }

    /** Gives a variable a new value at the end of the run. */
    public void assign(Variable variable, Value value) {
        if (value.graph() != this) {
            throw new IllegalArgumentException("the value assigned to " + variable + " belongs to another graph");
        }
        if (!value.type().equals(variable.type())) {
            throw new IllegalArgumentException(
                    "variable " + variable + " cannot be assigned a value " + value.type());
        }
        if (assignments.putIfAbsent(variable, value) != null) {
            throw new IllegalArgumentException("variable " + variable + " is assigned twice");
        }
    }

    /** All nodes, each after its operands. */
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** The inputs by name, in the order of their first mention. */
    public Map<String, Value> inputs() {
        return Collections.unmodifiableMap(inputs);
    }

    /** The variables that are read. */
    public Map<Variable, Value> reads() {
        return Collections.unmodifiableMap(reads);
    }

    /** The outputs by name. */
    public Map<String, Value> outputs() {
        return Collections.unmodifiableMap(outputs);
    }

    /** The variables that are assigned. */
    public Map<Variable, Value> assignments() {
        return Collections.unmodifiableMap(assignments);
    }

    /** One line a node, then outputs and assignments. */
    @Override
    public String toString() {
        return nodes.stream().map(node -> node + "\n").collect(Collectors.joining())
                + outputs.entrySet().stream().map(e -> "output " + e.getKey() + " = " + e.getValue() + "\n")
                        .collect(Collectors.joining())
                + assignments.entrySet().stream().map(e -> "assign " + e.getKey() + " = " + e.getValue() + "\n")
                        .collect(Collectors.joining());
    }
}
