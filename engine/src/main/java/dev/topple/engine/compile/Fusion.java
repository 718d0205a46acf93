// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
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
 * its {@link ProductEpilogue} can do, and other nodes the mask of a ReLU's gradient where the device says so.
 * Elementwise nodes of one shape join those that use them. Units never come to depend on each other in a circle.
 */
final class Fusion {

    private static final int LARGEST_GROUP = 48;

    private final Graph graph;
    private final Preparation preparation;
    private final Uses uses;
    private final Unit[] units;

    private Fusion(Graph graph, Preparation preparation) {
        this.graph = graph;
        this.preparation = preparation;
        this.uses = new Uses(graph);
        this.units = new Unit[graph.nodes().size()];
    }

    /**
     * The units of a graph, each after those that it depends on.
     *
     * @param preparation what is not computed in each run and so joins nothing that is
     * @param rules what the device can compute as one; empty if every node is to be a unit
     */
    static List<Unit> units(Graph graph, Preparation preparation, Optional<FusionRules> rules) {
        Fusion fusion = new Fusion(graph, preparation);
        rules.ifPresent(fusion::fuseLosses);
        rules.ifPresent(fusion::fuseEpilogues);
        fusion.groupElementwise(rules.isPresent());
        List<Unit> ordered = fusion.ordered();
        ordered.forEach(fusion::findResults);
        return List.copyOf(ordered);
    }

    private void fuseLosses(FusionRules rules) {
        for (ResizedLoss loss : ResizedLoss.find(graph, uses)) {
            if (rules.fuses(loss)) {
                join(Unit.of(loss, loss.forward()));
                if (loss.gradient().isPresent()) {
                    join(Unit.of(loss, loss.backward()));
                }
            }
        }
    }

    private void join(Unit unit) {
        unit.nodes().forEach(node -> units[node.id()] = unit);
    }

    private void fuseEpilogues(FusionRules rules) {
        Epilogues epilogues = new Epilogues(graph, uses, rules);
        for (Node node : graph.nodes()) {
            boolean product = (node.op() instanceof Convolution.Conv2d
                    || node.op() instanceof Convolution.InputGradient) && !GraphFacts.isProductOfNothing(node);
            if (units[node.id()] == null && (product || rules.masks(node))) {
                Unit unit = joined(node, rules).orElseGet(() -> new Unit(node, false));
                join(unit);
                extend(unit, product, epilogues);
            }
        }
    }

    /** Gradients that several convolutions give back to one image, if a node is that and the device wants it so. */
    private Optional<Unit> joined(Node node, FusionRules rules) {
        List<Value> parts = GradientJoining.parts(node);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        Node concat = node.operand(0).node();
        boolean joins = units[concat.id()] == null && uses.only(concat).isPresent()
                && node.operand(1).node() != concat && rules.readsParts(node, parts);
        return joins ? Optional.of(Unit.joined(node, concat)) : Optional.empty();
    }

    /** @param product whether a unit can do all of an epilogue; if not, the mask of an activation's gradient alone */
    private void extend(Unit unit, boolean product, Epilogues epilogues) {
        Optional<Node> next = epilogues.follower(unit.last());
        while (next.isPresent() && units[next.get().id()] == null) {
            Node follower = next.get();
            boolean fits = switch (follower.op()) {
                case Binary.ReluGradient gradient -> true;
                case Binary.ClampGradient gradient -> isUnclamped(follower.operand(1));
                default -> product;
            };
            Optional<ProductEpilogue> more = fits
                    ? epilogues.extended(unit.epilogue(), unit.last().result(0), follower)
                    : Optional.empty();
            if (more.isEmpty()) {
                return;
            }
            unit.follow(follower, more.get());
            units[follower.id()] = unit;
            next = epilogues.follower(follower);
        }
    }

    private boolean isUnclamped(Value value) {
        Unit unit = units[value.node().id()];
        return unit != null && unit.unclamped().filter(value::equals).isPresent();
    }

    private static boolean isElementwise(Node node) {
        return node.op() instanceof Elementwise || node.op() instanceof Layout.BroadcastTo;
    }

    private void groupElementwise(boolean fuse) {
        List<Node> nodes = graph.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (units[id] == null) {
                Optional<Unit> group = fuse && isElementwise(node) ? groupFor(node) : Optional.empty();
                units[id] = group.orElseGet(() -> new Unit(node, isElementwise(node)));
                group.ifPresent(unit -> unit.precede(node));
            }
        }
    }

    private Optional<Unit> groupFor(Node node) {
        List<Unit> around = uses.of(node).stream().map(user -> units[user.id()]).distinct().toList();
        for (Unit candidate : around) {
            boolean fits = candidate.isElementwise() && candidate.nodes().size() < LARGEST_GROUP
                    && candidate.first().result(0).shape().equals(node.result(0).shape())
                    && preparation.isMade(candidate) == preparation.isMade(node.result(0));
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
