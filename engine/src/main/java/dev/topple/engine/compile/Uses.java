// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who uses what in a graph. */
final class Uses {

    private final List<List<Node>> users = new ArrayList<>();
    private final int[] counts;
    private final Set<Node> leaving = new HashSet<>();

    Uses(Graph graph) {
        counts = new int[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            users.add(new ArrayList<>());
            node.operands().forEach(operand -> counts[operand.node().id()]++);
            node.operands().stream().map(Value::node).distinct().forEach(operand -> users.get(operand.id()).add(node));
        }
        graph.outputs().values().forEach(value -> leaving.add(value.node()));
        graph.assignments().values().forEach(value -> leaving.add(value.node()));
    }

    /** The nodes that have a result of a node as operand, each once. */
    List<Node> of(Node node) {
        return users.get(node.id());
    }

    /** Whether a result of a node is an output or assigned. */
    boolean leaves(Node node) {
        return leaving.contains(node);
    }

    /** The node that alone needs another, be it as several operands. */
    Optional<Node> only(Node node) {
        return leaves(node) || of(node).size() != 1 ? Optional.empty() : Optional.of(of(node).get(0));
    }

    /** Whether nothing but one operand of one node needs a node. */
    boolean isOneOperand(Node node) {
        return !leaves(node) && counts[node.id()] == 1;
    }
}
