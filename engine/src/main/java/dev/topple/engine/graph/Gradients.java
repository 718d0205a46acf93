// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation: adds to the graph the nodes that compute a gradient. Nothing is computed, and only the
 * nodes on a path from what is asked for come to exist. A gradient is a value like any other and can be differentiated
 * again.
 */
public final class Gradients {

    private final Set<Value> wanted = new HashSet<>();
    private final Map<Value, Value> arrived = new HashMap<>();

    private Gradients() {}

    /**
     * The gradient of the sum of a value's elements. With a loss per image this gives each image its own gradient, as
     * long as images do not influence each other.
     *
     * @param y a float value of any shape
     * @param wrt the float values to differentiate by
     * @return one gradient per value in {@code wrt}, of its shape; zeros where {@code y} does not depend on it
     */
    public static List<Value> of(Value y, List<Value> wrt) {
        return of(List.of(y), List.of(y.graph().fill(y.shape(), 1)), wrt);
    }

    /** The gradient of the sum of a value's elements with respect to one other value. */
    public static Value of(Value y, Value wrt) {
        return of(y, List.of(wrt)).get(0);
    }

    /**
     * The gradient of {@code sum_k <seeds[k], ys[k]>}.
     *
     * @param ys float values
     * @param seeds one factor per value in {@code ys}, of its shape
     * @param wrt the float values to differentiate by
     * @return one gradient per value in {@code wrt}, of its shape; zeros where nothing depends on it
     */
    public static List<Value> of(List<Value> ys, List<Value> seeds, List<Value> wrt) {
        for (Value value : wrt) {
            if (value.dtype() != DType.F32) {
                throw new IllegalArgumentException("no gradient with respect to " + value + ": it is not float");
            }
        }
        Gradients gradients = new Gradients();
        for (int k = 0; k < ys.size(); k++) {
            Value y = ys.get(k);
            if (y.dtype() != DType.F32) {
                throw new IllegalArgumentException("no gradient of " + y + ": it is not float");
            }
            if (!seeds.get(k).type().equals(y.type())) {
                throw new IllegalArgumentException("the seed of " + y + " has another type: " + seeds.get(k).type());
            }
        }
        gradients.propagate(ys, seeds, wrt);
        return wrt.stream()
                .map(v -> gradients.arrived(v).orElseGet(() -> v.graph().zeros(v.type())))
                .toList();
    }

    private void propagate(List<Value> ys, List<Value> seeds, List<Value> wrt) {
        if (ys.isEmpty() || wrt.isEmpty()) {
            return;
        }
        Graph graph = ys.get(0).graph();
        int last = ys.stream().mapToInt(y -> y.node().id()).max().orElseThrow();
        wanted.addAll(wrt);
        List<Node> nodes = List.copyOf(graph.nodes().subList(0, last + 1));
        Set<Value> throughNodes = new HashSet<>();
        for (Node node : nodes) {
            boolean depends = node.op().differentiable() && node.operands().stream().anyMatch(wanted::contains);
            for (Value result : node.results()) {
                if (depends && result.dtype() == DType.F32) {
                    wanted.add(result);
                    throughNodes.add(result);
                }
            }
        }
        for (int k = 0; k < ys.size(); k++) {
            if (wants(ys.get(k))) {
                accumulate(ys.get(k), seeds.get(k));
            }
        }
        for (int id = last; id >= 0; id--) {
            Node node = nodes.get(id);
            boolean passes = node.results().stream().anyMatch(r -> throughNodes.contains(r) && arrived.containsKey(r));
            if (passes) {
                node.op().gradient(new Adjoint(this, node));
            }
        }
    }

    boolean wants(Value value) {
        return wanted.contains(value);
    }

    Optional<Value> arrived(Value value) {
        return Optional.ofNullable(arrived.get(value));
    }

    void accumulate(Value target, Value contribution) {
        Value sum = arrived.get(target);
        arrived.put(target, sum == null ? contribution : sum.plus(contribution));
    }
}
