// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Nodes that become one instruction. */
final class Unit {

    /** What a product's instruction does to its result before it is written; see {@code GemmEpilogue}. */
    static final class Epilogue {
        private Optional<Value> scale = Optional.empty();
        private Optional<Value> shift = Optional.empty();
        private Optional<Value> residual = Optional.empty();
        private boolean relu;

        Optional<Value> scale() {
            return scale;
        }

        Optional<Value> shift() {
            return shift;
        }

        Optional<Value> residual() {
            return residual;
        }

        boolean relu() {
            return relu;
        }

        boolean isEmpty() {
            return scale.isEmpty() && shift.isEmpty() && residual.isEmpty() && !relu;
        }

        void scale(Value value) {
            scale = Optional.of(value);
        }

        void shift(Value value) {
            shift = Optional.of(value);
        }

        void residual(Value value) {
            residual = Optional.of(value);
        }

        void relu(boolean value) {
            relu = value;
        }
    }

    private final boolean elementwise;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Value> results = new LinkedHashSet<>();
    private final Epilogue epilogue = new Epilogue();

    Unit(Node node, boolean elementwise) {
        this.elementwise = elementwise;
        nodes.add(node);
    }

    /** Whether all nodes are elementwise and of one shape; otherwise the first says what it is. */
    boolean isElementwise() {
        return elementwise;
    }

    /** The nodes, each after its operands. */
    List<Node> nodes() {
        return nodes;
    }

    /** The values that are needed outside. */
    Set<Value> results() {
        return results;
    }

    Node first() {
        return nodes.get(0);
    }

    Node last() {
        return nodes.get(nodes.size() - 1);
    }

    Epilogue epilogue() {
        return epilogue;
    }
}
