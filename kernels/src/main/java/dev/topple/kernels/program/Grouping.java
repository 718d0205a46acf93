// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which nodes become one unit. Losses of resized logits are two, there and back. A convolution takes along what
 * its {@link ProductEpilogue} can do. Elementwise nodes of one shape join those that use them. Units never come to
 * depend on each other in a circle.
 */
final class Grouping {

    private static final int LARGEST_GROUP = 48;

    private final Graph graph;
    private final Preparation preparation;
    private final Uses uses;
    private final Unit[] units;

    private Grouping(Graph graph, Preparation preparation) {
        this.graph = graph;
        this.preparation = preparation;
        this.uses = new Uses(graph);
        this.units = new Unit[graph.nodes().size()];
    }

    /**
     * The units of a graph, each after those that it depends on.
     *
     * @param preparation what is not computed in each run and so joins nothing that is
     * @param fuse whether to join at all; if not, every node is a unit
     */
    static List<Unit> units(Graph graph, Preparation preparation, boolean fuse) {
        Grouping grouping = new Grouping(graph, preparation);
        if (fuse) {
            grouping.joinLosses();
            grouping.extendConvolutions();
        }
        grouping.joinElementwise(fuse);
        List<Unit> ordered = grouping.ordered();
        ordered.forEach(grouping::findResults);
        return ordered;
    }

    /** Whether a node is a product or a convolution with an operand or a result that has no elements. */
    static boolean isProductOfNothing(Node node) {
        return (node.op() instanceof MatMul || node.op() instanceof Convolution)
                && (node.result(0).shape().size() == 0
                        || node.operands().stream().anyMatch(operand -> operand.shape().size() == 0));
    }

    private void joinLosses() {
        for (ResizedLoss loss : ResizedLoss.find(graph, uses)) {
            join(new Unit(loss, List.of(loss.resize(), loss.loss())));
            loss.gradient().ifPresent(back -> join(new Unit(loss, back.nodes())));
        }
    }

    private void join(Unit unit) {
        unit.nodes().forEach(node -> units[node.id()] = unit);
    }

    private void extendConvolutions() {
        Epilogues epilogues = new Epilogues(graph);
        for (Node node : graph.nodes()) {
            boolean extensible = node.op() instanceof Convolution.Conv2d
                    || node.op() instanceof Convolution.InputGradient;
            if (extensible && !isProductOfNothing(node)) {
                extend(node, epilogues);
            }
        }
    }

    private void extend(Node node, Epilogues epilogues) {
        Unit unit = new Unit(node, false);
        units[node.id()] = unit;
        Optional<Node> next = uses.only(node);
        while (next.isPresent() && units[next.get().id()] == null) {
            Node follower = next.get();
            Optional<ProductEpilogue> more = epilogues.extended(unit.epilogue(), unit.last().result(0), follower);
            if (more.isEmpty()) {
                return;
            }
            unit.follow(follower, more.get());
            units[follower.id()] = unit;
            next = uses.only(follower);
        }
    }

    private static boolean isElementwise(Node node) {
        return node.op() instanceof Elementwise || node.op() instanceof Layout.BroadcastTo;
    }

    private void joinElementwise(boolean fuse) {
        List<Node> nodes = graph.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (units[id] == null) {
                Optional<Unit> group = fuse && isElementwise(node) ? groupFor(node) : Optional.empty();
                units[id] = group.orElseGet(() -> new Unit(node, isElementwise(node)));
                group.ifPresent(unit -> unit.nodes().add(0, node));
            }
        }
    }

    private Optional<Unit> groupFor(Node node) {
        List<Unit> around = uses.of(node).stream().map(user -> units[user.id()]).distinct().toList();
        for (Unit candidate : around) {
            boolean fits = candidate.isElementwise() && candidate.nodes().size() < LARGEST_GROUP
                    && candidate.first().result(0).shape().equals(node.result(0).shape())
                    && preparation.isMade(candidate) == preparation.isMade(node);
            if (fits && around.stream().noneMatch(other -> other != candidate && reaches(other, candidate))) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Whether one unit's results find their way into another. */
    private boolean reaches(Unit from, Unit to) {
        Set<Unit> seen = new HashSet<>();
        List<Unit> open = new ArrayList<>(List.of(from));
        while (!open.isEmpty()) {
            Unit unit = open.remove(open.size() - 1);
            if (unit == to) {
                return true;
            }
            if (seen.add(unit)) {
                unit.nodes().forEach(node -> uses.of(node).forEach(user -> open.add(units[user.id()])));
            }
        }
        return false;
    }

    private void findResults(Unit unit) {
        for (Node node : unit.nodes()) {
            boolean toUnits = uses.of(node).stream().anyMatch(user -> units[user.id()] != unit);
            if (toUnits || uses.leaves(node)) {
                unit.give(node, toUnits);
            }
        }
    }

    private List<Unit> ordered() {
        Unit[] byLastNode = new Unit[units.length];
        Arrays.stream(units).distinct().forEach(unit -> byLastNode[unit.last().id()] = unit);
        Set<Unit> done = new HashSet<>();
        List<Unit> order = new ArrayList<>();
        for (Unit unit : byLastNode) {
            if (unit != null) {
                place(unit, done, order);
            }
        }
        return order;
    }

    /** Depth first without recursion, since graphs are deep: a unit comes once all that it depends on is there. */
    private void place(Unit unit, Set<Unit> done, List<Unit> order) {
        List<Unit> stack = new ArrayList<>(List.of(unit));
        while (!stack.isEmpty()) {
            Unit top = stack.get(stack.size() - 1);
            List<Unit> missing = done.contains(top) ? List.of() : missing(top, done);
            if (!missing.isEmpty()) {
                stack.addAll(missing);
                continue;
            }
            stack.remove(stack.size() - 1);
            if (done.add(top)) {
                order.add(top);
            }
        }
    }

    private List<Unit> missing(Unit unit, Set<Unit> done) {
        return unit.nodes().stream().flatMap(node -> node.operands().stream()).map(Value::node)
                .map(node -> units[node.id()]).filter(needed -> needed != unit && !done.contains(needed)).toList();
    }
}
