// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Nodes that are computed together. */
final class Unit {

    private final boolean elementwise;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Value> results = new LinkedHashSet<>();
    private final Optional<ResizedLoss> loss;
    private boolean last = true;
    private ProductEpilogue epilogue = ProductEpilogue.NONE;

    private Unit(List<Node> nodes, boolean elementwise, Optional<ResizedLoss> loss) {
        this.nodes.addAll(nodes);
        this.elementwise = elementwise;
        this.loss = loss;
    }

    Unit(Node node, boolean elementwise) {
        this(List.of(node), elementwise, Optional.empty());
    }

    /** One of the two parts of a loss of resized logits. */
    Unit(ResizedLoss loss, List<Node> part) {
        this(part, false, Optional.of(loss));
    }

    /** Whether all nodes are elementwise and of one shape; otherwise the first says what it is. */
    boolean isElementwise() {
        return elementwise;
    }

    /** The nodes, each after its operands. */
    List<Node> nodes() {
        return nodes;
    }

    Node first() {
        return nodes.get(0);
    }

    Node last() {
        return nodes.get(nodes.size() - 1);
    }

    /** The values that are needed outside. */
    Set<Value> results() {
        return results;
    }

    /** Whether no other unit needs a result: all of them leave the program. */
    boolean isLast() {
        return last;
    }

    /** Notes a node whose results are needed outside. */
    void give(Node node, boolean toUnits) {
        results.addAll(node.results());
        last &= !toUnits;
    }

    /** The loss of resized logits that this is a part of, if it is one. */
    Optional<ResizedLoss> loss() {
        return loss;
    }

    /** What follows a product. */
    ProductEpilogue epilogue() {
        return epilogue;
    }

    /** Takes along a node that follows the last. */
    void follow(Node node, ProductEpilogue all) {
        nodes.add(node);
        epilogue = all;
    }
}
