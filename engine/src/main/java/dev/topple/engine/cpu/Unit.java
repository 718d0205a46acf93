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

    /** What a product's instruction does to its result before it is written; see {@code blocked.Epilogue}. */
    static final class Epilogue {
        private Optional<Value> scale = Optional.empty();
        private Optional<Value> shift = Optional.empty();
        private Optional<Value> residual = Optional.empty();
        private Optional<Value> mask = Optional.empty();
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

        Optional<Value> mask() {
            return mask;
        }

        boolean relu() {
            return relu;
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

        void mask(Value value) {
            mask = Optional.of(value);
        }

        void relu(boolean value) {
            relu = value;
        }
    }

    private final boolean elementwise;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Value> results = new LinkedHashSet<>();
    private final Epilogue epilogue = new Epilogue();
    private final Optional<ResizedLoss> loss;
    private final List<Value> parts;

    Unit(Node node, boolean elementwise) {
        this(List.of(node), elementwise, Optional.empty(), List.of());
    }

    private Unit(List<Node> nodes, boolean elementwise, Optional<ResizedLoss> loss, List<Value> parts) {
        this.nodes.addAll(nodes);
        this.elementwise = elementwise;
        this.loss = loss;
        this.parts = parts;
    }

    /** One of the two parts of a loss of resized logits. */
    static Unit of(ResizedLoss loss, List<Node> part) {
        return new Unit(part, false, Optional.of(loss), List.of());
    }

    /**
     * An input gradient that takes the parts of its source where they lie.
     *
     * @param concat the node that would bring them together
     */
    static Unit joined(Node gradient, Node concat) {
        return new Unit(List.of(concat, gradient), false, Optional.empty(), concat.operands());
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

    /** The loss of resized logits that this is a part of, if it is one. */
    Optional<ResizedLoss> loss() {
        return loss;
    }

    /** The parts of the source of joined gradients; none for all others. */
    List<Value> parts() {
        return parts;
    }

    /** The node that says what the unit computes, before anything that follows it. */
    Node first() {
        return nodes.get(parts.isEmpty() ? 0 : 1);
    }

    Node last() {
        return nodes.get(nodes.size() - 1);
    }

    Epilogue epilogue() {
        return epilogue;
    }
}
