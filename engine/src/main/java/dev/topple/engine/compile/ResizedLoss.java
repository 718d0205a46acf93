// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Logits that are resized, their cross-entropy and maybe its gradient, where nobody else needs the large logits: all of
 * it can be done without writing them to memory.
 *
 * @param resize the enlargement
 * @param loss the losses, not weighted by class
 * @param gradient the way back, if there is one
 */
public record ResizedLoss(Node resize, Node loss, Optional<Gradient> gradient) {

    /**
     * The way back.
     *
     * @param spread what spreads the gradient by the losses over their places, if nobody else needs it
     * @param softmax the gradient by the large logits
     * @param resize the gradient by the small ones
     * @param given the gradient by the losses; it broadcasts to their shape
     */
    public record Gradient(Optional<Node> spread, Node softmax, Node resize, Value given) {

        /** Whether the gradient by the losses is the same for all places of an image, as for sums and means. */
        public boolean isPerImage() {
            Value places = softmax.operand(2);
            Shape shape = given.shape();
            return places.node().op() instanceof Source.Fill
                    || (places.node().op() instanceof Layout.BroadcastTo
                            && (shape.size() == 1 || (shape.rank() == places.shape().rank()
                                    && shape.dim(0) == places.shape().dim(0) && shape.size() == shape.dim(0))));
        }
    }

    /** All in a graph. */
    static List<ResizedLoss> find(Graph graph, Uses uses) {
        return graph.nodes().stream().filter(node -> node.op() instanceof Resampling.Resize && !uses.leaves(node))
                .flatMap(node -> of(node, uses).stream()).toList();
    }

    private static Optional<ResizedLoss> of(Node resize, Uses uses) {
        List<Node> around = uses.of(resize);
        List<Node> losses = around.stream().filter(node -> node.op() instanceof Softmax.CrossEntropy
                && node.operands().size() == 2 && node.operand(0).node() == resize).toList();
        if (losses.size() != 1 || around.size() > 2 || resize.result(0).shape().size() == 0) {
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
        Node spread = given.node();
        if (!(spread.op() instanceof Layout.BroadcastTo)) {
            return Optional.of(new Gradient(Optional.empty(), softmax, next.get(), given));
        }
        Optional<Node> alone = uses.only(spread).isPresent() ? Optional.of(spread) : Optional.empty();
        return Optional.of(new Gradient(alone, softmax, next.get(), spread.operand(0)));
    }

    private static boolean isAdjoint(Node node, Node resize) {
        Resampling.Resize op = (Resampling.Resize) resize.op();
        Shape small = resize.operand(0).shape();
        return node.op() instanceof Resampling.ResizeGradient back && back.method() == op.method()
                && back.height() == small.dim(2) && back.width() == small.dim(3);
    }

    /** What is done with the losses, each node after its operands. */
    public List<Node> forward() {
        return List.of(resize, loss);
    }

    /** What is done on the way back, each node after its operands; none if there is no way back. */
    public List<Node> backward() {
        List<Node> nodes = new ArrayList<>();
        gradient.ifPresent(back -> {
            back.spread().ifPresent(nodes::add);
            nodes.add(back.softmax());
            nodes.add(back.resize());
        });
        return nodes;
    }

    /** How it is resized. */
    public Resampling.Resize resizing() {
        return (Resampling.Resize) resize.op();
    }

    /** Which losses they are. */
    public Softmax.CrossEntropy entropy() {
        return (Softmax.CrossEntropy) loss.op();
    }

    /** The logits before they are resized. */
    public Value logits() {
        return resize.operand(0);
    }

    /** The labels. */
    public Value labels() {
        return loss.operand(1);
    }
}
