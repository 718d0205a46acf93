// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which nodes become one instruction. A convolution takes along a scale and a shift per channel, a residual, a
 * ReLU and the mask of a ReLU's gradient that follow it and that nobody else needs, the gradients of max pooling and of
 * interpolation the mask. Losses of resized logits are {@link ResizedLoss}es. Elementwise nodes of one shape join those
 * that use them. Instructions never come to depend on each other in a circle.
 */
final class Fusion {

    private static final int LARGEST_GROUP = 48;

    private final Graph graph;
    private final Preparation preparation;
    private final List<List<Node>> users = new ArrayList<>();
    private final boolean[] leaves;
    private final boolean[] perImage;
    private final Unit[] units;

    private Fusion(Graph graph, Preparation preparation) {
        this.graph = graph;
        this.preparation = preparation;
        int count = graph.nodes().size();
        leaves = new boolean[count];
        perImage = new boolean[count];
        units = new Unit[count];
        for (Node node : graph.nodes()) {
            users.add(new ArrayList<>());
            perImage[node.id()] = isPerImage(node);
            for (Node operand : new HashSet<>(node.operands().stream().map(Value::node).toList())) {
                users.get(operand.id()).add(node);
            }
        }
        graph.outputs().values().forEach(value -> leaves[value.node().id()] = true);
        graph.assignments().values().forEach(value -> leaves[value.node().id()] = true);
    }

    /**
     * The instructions to be of a graph, each after those it depends on.
     *
     * @param preparation what is not computed in each run and so joins nothing that is
     * @param fuse whether to fuse at all; if not, every node is a unit
     */
    static List<Unit> units(Graph graph, Preparation preparation, boolean fuse) {
        Fusion fusion = new Fusion(graph, preparation);
        if (fuse) {
            fusion.fuseLosses();
            fusion.fuseEpilogues();
        }
        fusion.groupElementwise(fuse);
        List<Unit> ordered = fusion.ordered();
        ordered.forEach(fusion::findResults);
        return ordered;
    }

    private void fuseLosses() {
        for (ResizedLoss loss : ResizedLoss.find(graph)) {
            fuse(loss, loss.forward());
            fuse(loss, loss.backward());
        }
    }

    private void fuse(ResizedLoss loss, List<Node> part) {
        if (!part.isEmpty()) {
            Unit unit = Unit.of(loss, part);
            part.forEach(node -> units[node.id()] = unit);
        }
    }

    private void fuseEpilogues() {
        for (Node node : graph.nodes()) {
            boolean extensible = node.op() instanceof Convolution.Conv2d
                    || node.op() instanceof Convolution.InputGradient || Planes.window(node).isPresent()
                    || node.op() instanceof Resampling.ResizeGradient;
            if (extensible && units[node.id()] == null && !isProductOfNothing(node)) {
                Unit unit = joined(node).orElseGet(() -> new Unit(node, false));
                unit.nodes().forEach(member -> units[member.id()] = unit);
                extend(unit);
            }
        }
    }

    /** Gradients that several convolutions give back to one image, if a node is that. */
    private Optional<Unit> joined(Node node) {
        Node concat = node.operand(0).node();
        boolean joins = !GradientJoining.parts(node).isEmpty() && units[concat.id()] == null
                && onlyUser(concat).isPresent() && node.operand(1).node() != concat;
        return joins ? Optional.of(Unit.joined(node, concat)) : Optional.empty();
    }

    /** Whether a node is a matrix product or a convolution with an operand or a result that has no elements. */
    static boolean isProductOfNothing(Node node) {
        return (node.op() instanceof MatMul || node.op() instanceof Convolution)
                && (node.result(0).shape().size() == 0
                        || node.operands().stream().anyMatch(operand -> operand.shape().size() == 0));
    }

    private void extend(Unit unit) {
        Optional<Node> next = onlyUser(unit.last());
        while (next.isPresent() && units[next.get().id()] == null && absorbs(unit, next.get())) {
            unit.nodes().add(next.get());
            units[next.get().id()] = unit;
            next = unit.epilogue().relu() ? Optional.empty() : onlyUser(next.get());
        }
    }

    private Optional<Node> onlyUser(Node node) {
        List<Node> all = users.get(node.id());
        return leaves[node.id()] || all.size() != 1 ? Optional.empty() : Optional.of(all.get(0));
    }

    private boolean absorbs(Unit unit, Node node) {
        Value value = unit.last().result(0);
        Unit.Epilogue epilogue = unit.epilogue();
        boolean masks = node.op() instanceof Binary.ReluGradient;
        if (!node.result(0).shape().equals(value.shape()) || (!masks && !(unit.first().op() instanceof Convolution))) {
            return false;
        }
        if (node.op() instanceof Unary.Relu && epilogue.mask().isEmpty()) {
            epilogue.relu(true);
            return true;
        }
        if (node.operands().size() != 2 || node.operand(0) == node.operand(1)) {
            return false;
        }
        if (masks) {
            boolean fits = node.operand(0) == value && epilogue.mask().isEmpty() && isWhole(node.operand(1), value);
            if (fits) {
                epilogue.mask(node.operand(1));
            }
            return fits;
        }
        Value other = node.operand(node.operand(0) == value ? 1 : 0);
        boolean plain = epilogue.shift().isEmpty() && epilogue.residual().isEmpty();
        // A scale may follow the mask, since 0 stays 0; whatever adds to it may not.
        if (node.op() instanceof Binary.Multiply && plain && epilogue.scale().isEmpty()
                && perChannel(other, value.shape())) {
            epilogue.scale(other);
            return true;
        }
        if (epilogue.mask().isPresent()) {
            return false;
        }
        if (node.op() instanceof Binary.Add && plain && perChannel(other, value.shape())) {
            epilogue.shift(other);
            return true;
        }
        if (node.op() instanceof Binary.Add && epilogue.residual().isEmpty() && isWhole(other, value)) {
            epilogue.residual(other);
            return true;
        }
        return false;
    }

    /** Whether a value has an image's elements in the image's order, in whatever form the image is kept. */
    private static boolean isWhole(Value value, Value image) {
        return value.shape().equals(image.shape()) && Lowering.root(value).shape().equals(image.shape());
    }

    /** Whether a value has one element per channel of images, the same for all images. */
    private boolean perChannel(Value value, Shape images) {
        Shape shape = value.shape();
        int channelAxis = shape.rank() - 3;
        return channelAxis >= 0 && shape.rank() <= 4 && shape.dim(channelAxis) == images.dim(1)
                && shape.size() == images.dim(1)
                && (images.dim(0) != 1 || shape.rank() == 3 || !perImage[value.node().id()]);
    }

    /**
     * Whether a node gives something for each image, if there is only one image: then its shape does not tell. What is
     * done to an image must not depend on whether it has neighbours, for a fused scale and shift round only once.
     */
    private boolean isPerImage(Node node) {
        boolean ofImages = node.op() instanceof Source.Input || node.op() instanceof Convolution
                || node.op() instanceof Pooling || node.op() instanceof Resampling || node.op() instanceof RandomOp;
        Shape shape = node.result(0).shape();
        return (ofImages && shape.rank() > 0 && shape.dim(0) == 1)
                || node.operands().stream().anyMatch(operand -> perImage[operand.node().id()]);
    }

    private static boolean fusable(Node node) {
        return node.op() instanceof Elementwise || node.op() instanceof Layout.BroadcastTo;
    }

    private void groupElementwise(boolean fuse) {
        List<Node> nodes = graph.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            Node node = nodes.get(id);
            if (units[id] == null) {
                Optional<Unit> group = fuse && fusable(node) ? groupFor(node) : Optional.empty();
                units[id] = group.orElseGet(() -> new Unit(node, fusable(node)));
                group.ifPresent(unit -> unit.nodes().add(0, node));
            }
        }
    }

    private Optional<Unit> groupFor(Node node) {
        List<Unit> around = users.get(node.id()).stream().map(user -> units[user.id()]).distinct().toList();
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
                for (Node node : unit.nodes()) {
                    users.get(node.id()).forEach(user -> open.add(units[user.id()]));
                }
            }
        }
        return false;
    }

    private void findResults(Unit unit) {
        for (Node node : unit.nodes()) {
            boolean needed = leaves[node.id()]
                    || users.get(node.id()).stream().anyMatch(user -> units[user.id()] != unit);
            if (needed) {
                unit.results().addAll(node.results());
            }
        }
    }

    private List<Unit> ordered() {
        Set<Unit> done = new HashSet<>();
        List<Unit> order = new ArrayList<>();
        Unit[] byLastNode = new Unit[units.length];
        Arrays.stream(units).distinct().forEach(unit -> byLastNode[unit.last().id()] = unit);
        for (Unit unit : byLastNode) {
            if (unit != null) {
                place(unit, done, order);
            }
        }
        return order;
    }

    private void place(Unit unit, Set<Unit> done, List<Unit> order) {
        // Depth first without recursion, since graphs are deep: a unit is placed once all it depends on is.
        List<Unit> stack = new ArrayList<>(List.of(unit));
        while (!stack.isEmpty()) {
            Unit top = stack.get(stack.size() - 1);
            if (done.contains(top)) {
                stack.remove(stack.size() - 1);
                continue;
            }
            int before = stack.size();
            for (Node node : top.nodes()) {
                for (Value operand : node.operands()) {
                    Unit needed = units[operand.node().id()];
                    if (needed != top && !done.contains(needed)) {
                        stack.add(needed);
                    }
                }
            }
            if (stack.size() == before) {
                stack.remove(stack.size() - 1);
                done.add(top);
                order.add(top);
            }
        }
    }
}
