// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Nodes that are computed together. There are four kinds: a group of elementwise nodes of one shape; one of the two
 * parts of a {@link ResizedLoss}; a node with what its {@link ProductEpilogue} takes along; and any other node alone.
 */
public final class Unit {

    private final boolean elementwise;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Value> results = new LinkedHashSet<>();
    private final Optional<ResizedLoss> loss;
    private final List<Value> parts;
    private boolean last = true;
    private ProductEpilogue epilogue = ProductEpilogue.NONE;

    private Unit(List<Node> nodes, boolean elementwise, Optional<ResizedLoss> loss, List<Value> parts) {
        this.nodes.addAll(nodes);
        this.elementwise = elementwise;
        this.loss = loss;
        this.parts = parts;
    }

    Unit(Node node, boolean elementwise) {
        this(List.of(node), elementwise, Optional.empty(), List.of());
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

    /** Takes a node along before all others. */
    void precede(Node node) {
        nodes.add(0, node);
    }

    /** Takes a node along that follows the last. */
    void follow(Node node, ProductEpilogue all) {
        nodes.add(node);
        epilogue = all;
    }

    /** Notes a node whose results are needed outside. */
    void give(Node node, boolean toUnits) {
        results.addAll(node.results());
        last &= !toUnits;
    }

    /** Whether all nodes are elementwise and of one shape; otherwise the first says what it is. */
    public boolean isElementwise() {
        return elementwise;
    }

    /** The nodes, each after its operands. */
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** The values that are needed outside. */
    public Set<Value> results() {
        return Collections.unmodifiableSet(results);
    }

    /** Whether no other unit needs a result: all of them leave the program. */
    public boolean isLast() {
        return last;
    }

    /** The loss of resized logits that this is a part of, if it is one. */
    public Optional<ResizedLoss> loss() {
        return loss;
    }

    /** The parts of the source of joined gradients, to be read where they lie; none for all others. */
    public List<Value> parts() {
        return parts;
    }

    /** The node that says what the unit computes, before anything that follows it. */
    public Node first() {
        return nodes.get(parts.isEmpty() ? 0 : 1);
    }

    /** The node whose result the unit gives, if it is no group of elementwise nodes. */
    public Node last() {
        return nodes.get(nodes.size() - 1);
    }

    /**
     * What a convolution would give without the clamp that it ends with, if it ends with one. It exists nowhere; the
     * gradients of the clamp, which name it as their operand, need no more than where it lies between the bounds.
     */
    public Optional<Value> unclamped() {
        return epilogue.limited() && last().op() instanceof Unary.Clamp
                ? Optional.of(last().operand(0))
                : Optional.empty();
    }

    /** What follows the first node. */
    public ProductEpilogue epilogue() {
        return epilogue;
    }
}
