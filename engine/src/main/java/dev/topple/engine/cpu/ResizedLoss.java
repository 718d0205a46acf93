// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.ResizedLossKernel;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Logits that are resized, their cross-entropy and maybe its gradient, where nobody else needs the large logits: all of
 * it can be done without writing them to memory. The gradient belongs to it if the gradient by the losses is the same
 * for all places of an image, as it is for sums and means over images: then softmax and resizing are done once, with
 * the losses, and only a multiplication is left.
 *
 * @param resize the enlargement
 * @param loss the losses
 * @param gradient the way back, if there is one
 */
record ResizedLoss(Node resize, Node loss, Optional<Gradient> gradient) {

    /**
     * The way back.
     *
     * @param spread what spreads the gradient by the losses over their places, if nobody else needs it
     * @param factors the gradient by the losses: one element for each image, or one for all
     */
    record Gradient(Optional<Node> spread, Node softmax, Node resize, Value factors) {}

    /** All in a graph that has one loss each and nothing but it and its gradient. */
    static List<ResizedLoss> find(Graph graph) {
        Map<Node, List<Node>> users = new HashMap<>();
        for (Node node : graph.nodes()) {
            node.operands().stream().map(Value::node).distinct()
                    .forEach(operand -> users.computeIfAbsent(operand, key -> new ArrayList<>()).add(node));
        }
        Set<Node> leaves = new HashSet<>();
        graph.outputs().values().forEach(value -> leaves.add(value.node()));
        graph.assignments().values().forEach(value -> leaves.add(value.node()));
        List<ResizedLoss> found = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Resampling.Resize && !leaves.contains(node)) {
                of(node, users, leaves).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<ResizedLoss> of(Node resize, Map<Node, List<Node>> users, Set<Node> leaves) {
        List<Node> around = users.getOrDefault(resize, List.of());
        List<Node> losses = around.stream().filter(node -> node.op() instanceof Softmax.CrossEntropy
                && node.operands().size() == 2 && node.operand(0).node() == resize).toList();
        if (losses.size() != 1 || around.size() > 2 || resize.result(0).shape().size() == 0) {
            return Optional.empty();
        }
        Node loss = losses.get(0);
        if (around.size() == 1) {
            return Optional.of(new ResizedLoss(resize, loss, Optional.empty()));
        }
        Node other = around.get(around.get(0) == loss ? 1 : 0);
        Optional<Gradient> gradient = leaves.contains(other) ? Optional.empty() : gradient(loss, other, users, leaves);
        return gradient.map(back -> new ResizedLoss(resize, loss, gradient));
    }

    private static Optional<Gradient> gradient(Node loss, Node softmax, Map<Node, List<Node>> users, Set<Node> leaves) {
        List<Node> next = users.getOrDefault(softmax, List.of());
        boolean fits = softmax.op() instanceof Softmax.CrossEntropyGradient op && softmax.operands().size() == 3
                && op.ignored() == ((Softmax.CrossEntropy) loss.op()).ignored()
                && softmax.operand(0).equals(loss.operand(0)) && softmax.operand(1).equals(loss.operand(1))
                && next.size() == 1 && isAdjoint(next.get(0), (Resampling.Resize) loss.operand(0).node().op(),
                        loss.operand(0).node().operand(0).shape());
        if (!fits) {
            return Optional.empty();
        }
        Value given = softmax.operand(2);
        Node spread = given.node();
        if (spread.op() instanceof Source.Fill) {
            return Optional.of(new Gradient(Optional.empty(), softmax, next.get(0), given));
        }
        if (!(spread.op() instanceof Layout.BroadcastTo) || !isPerImage(spread.operand(0).shape(), given.shape())) {
            return Optional.empty();
        }
        boolean alone = !leaves.contains(spread) && users.get(spread).size() == 1;
        return Optional.of(new Gradient(alone ? Optional.of(spread) : Optional.empty(), softmax, next.get(0),
                spread.operand(0)));
    }

    private static boolean isAdjoint(Node node, Resampling.Resize resize, Shape small) {
        return node.op() instanceof Resampling.ResizeGradient back && back.method() == resize.method()
                && back.height() == small.dim(2) && back.width() == small.dim(3);
    }

    private static boolean isPerImage(Shape shape, Shape places) {
        return shape.size() == 1
                || (shape.rank() == places.rank() && shape.dim(0) == places.dim(0) && shape.size() == shape.dim(0));
    }

    /** What is done with the losses. */
    List<Node> forward() {
        return List.of(resize, loss);
    }

    /** What is done on the way back; none if there is no way back. */
    List<Node> backward() {
        List<Node> nodes = new ArrayList<>();
        gradient.ifPresent(back -> {
            back.spread().ifPresent(nodes::add);
            nodes.add(back.softmax());
            nodes.add(back.resize());
        });
        return nodes;
    }

    /** The logits before they are resized. */
    Value logits() {
        return resize.operand(0);
    }

    /** The labels. */
    Value labels() {
        return loss.operand(1);
    }

    /** The kernel for it. */
    ResizedLossKernel kernel(LaneKernels lanes) {
        Resampling.Resize op = (Resampling.Resize) resize.op();
        Shape small = logits().shape();
        return new ResizedLossKernel(op.method(), small.dim(1), small.dim(2), small.dim(3), op.height(), op.width(),
                ((Softmax.CrossEntropy) loss.op()).ignored(), lanes);
    }

    /** The memory that the unfinished gradient takes. */
    Slot unfinished(ResizedLossKernel kernel) {
        return Slot.working(DType.F32, logits().shape().dim(0) * kernel.unfinished());
    }
}
