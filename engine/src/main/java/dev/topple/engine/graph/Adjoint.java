// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What an op's gradient rule sees of one node: the gradients that arrived at its results, and a place to add what they
 * contribute to those of its operands. Contributions nobody wants are never built.
 */
public final class Adjoint {

    private final Gradients gradients;
    private final Node node;

    Adjoint(Gradients gradients, Node node) {
        this.gradients = gradients;
        this.node = node;
    }

    /** The graph to which the rule adds nodes. */
    public Graph graph() {
        return node.graph();
    }

    /** An operand of the node. */
    public Value operand(int i) {
        return node.operand(i);
    }

    /** How many operands the node has. */
    public int operands() {
        return node.operands().size();
    }

    /** A result of the node. */
    public Value result(int i) {
        return node.result(i);
    }

    /** Whether a gradient arrived at a result. */
    public boolean has(int result) {
        return gradients.arrived(node.result(result)).isPresent();
    }

    /** The gradient of a result; zeros where none arrived. */
    public Value of(int result) {
        Value value = node.result(result);
        return gradients.arrived(value).orElseGet(() -> graph().zeros(value.type()));
    }

    /** Whether anybody asks for the gradient of an operand. */
    public boolean wants(int operand) {
        return gradients.wants(node.operand(operand));
    }

    /**
     * Adds to an operand's gradient, if anybody asks for it. A contribution of the shape that the operand was broadcast
     * to is summed down to the operand's own.
     */
    public void add(int operand, Supplier<Value> contribution) {
        if (wants(operand)) {
            Value target = node.operand(operand);
            gradients.accumulate(target, contribution.get().sumTo(target.shape()));
        }
    }

    /**
     * The gradient of an op that equals an expression in other ops: writes the expression down on copies of the
     * operands, and differentiates it by the copies. So operands that depend on each other are held apart, and the
     * gradient still depends on the operands themselves and can be differentiated again.
     *
     * @param expression gives one value per result of the node
     */
    public void decompose(Function<List<Value>, List<Value>> expression) {
        List<Value> apart = node.operands().stream()
                .map(operand -> graph().apply(new Layout.Reshape(operand.shape()), operand)).toList();
        List<Value> results = expression.apply(apart);
        List<Value> ys = new ArrayList<>();
        List<Value> seeds = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (has(i)) {
                ys.add(results.get(i));
                seeds.add(of(i));
            }
        }
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < apart.size(); i++) {
            if (wants(i) && apart.get(i).dtype() == DType.F32) {
                wanted.add(i);
            }
        }
        List<Value> parts = Gradients.of(ys, seeds, wanted.stream().map(apart::get).toList());
        for (int k = 0; k < parts.size(); k++) {
            Value part = parts.get(k);
            add(wanted.get(k), () -> part);
        }
    }
}
