// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Logits that are resized, their cross-entropy and maybe its gradient, where nobody else needs the large logits: all of
 * it can be done without writing them to memory.
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
     * @param given the gradient by the losses; it broadcasts to their shape
     */
    record Gradient(Optional<Node> spread, Node softmax, Node resize, Value given) {

        /** The nodes, each after those that it depends on. */
        List<Node> nodes() {
            List<Node> nodes = new ArrayList<>();
            spread.ifPresent(nodes::add);
            nodes.add(softmax);
            nodes.add(resize);
            return nodes;
        }
    }

    /** All in a graph. */
    static List<ResizedLoss> find(Graph graph, Uses uses) {
        return graph.nodes().stream().filter(node -> node.op() instanceof Resampling.Resize && !uses.leaves(node))
                .flatMap(node -> of(node, uses).stream()).toList();
    }

    private static Optional<ResizedLoss> of(Node resize, Uses uses) {
        boolean interpolates = ((Resampling.Resize) resize.op()).method() != Resampling.Method.NEAREST;
        if (!interpolates || resize.result(0).shape().size() == 0) {
            return Optional.empty();
        }
        List<Node> around = uses.of(resize);
        List<Node> losses = around.stream().filter(node -> node.op() instanceof Softmax.CrossEntropy
                && node.operands().size() == 2 && node.operand(0).node() == resize).toList();
        if (losses.size() != 1 || around.size() > 2) {
            return Optional.empty();
        }
        Node loss = losses.get(0);
        if (around.size() == 1) {
            return Optional.of(new ResizedLoss(resize, loss, Optional.empty()));
        }
        Optional<Gradient> gradient = gradient(loss, around.get(around.get(0) == loss ? 1 : 0), uses);
        return gradient.map(back -> new ResizedLoss(resize, loss, gradient));
    }

    private static Optional<Gradient> gradient(Node loss, Node softmax, Uses uses) {
        Optional<Node> next = uses.only(softmax);
        boolean fits = softmax.op() instanceof Softmax.CrossEntropyGradient op && softmax.operands().size() == 3
                && op.ignored() == ((Softmax.CrossEntropy) loss.op()).ignored()
                && softmax.operand(0).equals(loss.operand(0)) && softmax.operand(1).equals(loss.operand(1))
                && next.isPresent() && isAdjoint(next.get(), loss.operand(0).node());
        if (!fits) {
            return Optional.empty();
        }
        Value given = softmax.operand(2);
        boolean spreads = given.node().op() instanceof Layout.BroadcastTo && uses.only(given.node()).isPresent();
        return Optional.of(spreads
                ? new Gradient(Optional.of(given.node()), softmax, next.get(), given.node().operand(0))
                : new Gradient(Optional.empty(), softmax, next.get(), given));
    }

    private static boolean isAdjoint(Node node, Node resize) {
        Resampling.Resize op = (Resampling.Resize) resize.op();
        return node.op() instanceof Resampling.ResizeGradient back && back.method() == op.method()
                && back.height() == resize.operand(0).shape().dim(2)
                && back.width() == resize.operand(0).shape().dim(3);
    }

    /** The logits before they are resized. */
    Value logits() {
        return resize.operand(0);
    }

    /** The labels. */
    Value labels() {
        return loss.operand(1);
    }
}
