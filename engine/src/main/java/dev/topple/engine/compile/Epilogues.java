// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.Optional;

/** Finds what follows a convolution and can be done to its elements before they are written. */
final class Epilogues {

    private final boolean[] perImage;
    private final Uses uses;
    private final FusionRules rules;

    Epilogues(Graph graph, Uses uses, FusionRules rules) {
        this.uses = uses;
        this.rules = rules;
        perImage = new boolean[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            perImage[node.id()] = isPerImage(node);
        }
    }

    /** The node that alone needs another's result, or a clamp of it, if nothing else but its gradients does. */
    Optional<Node> follower(Node node) {
        Optional<Node> only = uses.only(node);
        Value value = node.result(0);
        Optional<Node> clamp = uses.of(node).stream().filter(user -> user.op() instanceof Unary.Clamp).findFirst();
        boolean clamped = clamp.isPresent() && !uses.leaves(node)
                && uses.of(node).stream().allMatch(user -> user == clamp.get() || asks(user, value, clamp.get()));
        return only.isPresent() || !clamped ? only : clamp;
    }

    /** Whether a node is the gradient of a clamp of a value, and needs the value for nothing else. */
    private static boolean asks(Node node, Value value, Node clamp) {
        return node.op() instanceof Binary.ClampGradient gradient && node.operand(1) == value
                && node.operand(0) != value && clamp.op() instanceof Unary.Clamp bounds
                && gradient.low() == bounds.low() && gradient.high() == bounds.high();
    }

    private static boolean isCeiling(float limit) {
        return limit > 0 && limit < Float.POSITIVE_INFINITY;
    }

    /**
     * The epilogue with one more node, if that can be a part of it.
     *
     * @param value what was computed so far, in that epilogue
     * @param node the {@link #follower} of its node
     */
    Optional<ProductEpilogue> extended(ProductEpilogue epilogue, Value value, Node node) {
        if (!node.result(0).shape().equals(value.shape())) {
            return Optional.empty();
        }
        if (epilogue.relu()) {
            return limited(epilogue, value, node);
        }
        if (node.op() instanceof Unary.Relu && epilogue.mask().isEmpty()) {
            return Optional.of(epilogue.withRelu());
        }
        if (node.op() instanceof Unary.Clamp clamp) {
            // A lower bound of -0 would leave -0.
            boolean fits = epilogue.mask().isEmpty() && Float.floatToRawIntBits(clamp.low()) == 0
                    && isCeiling(clamp.high()) && rules.clamps(node);
            return fits ? Optional.of(epilogue.withRelu(clamp.high())) : Optional.empty();
        }
        if (node.operands().size() != 2 || node.operand(0) == node.operand(1)) {
            return Optional.empty();
        }
        Value other = node.operand(node.operand(0) == value ? 1 : 0);
        boolean first = epilogue.shift().isEmpty() && epilogue.residual().isEmpty();
        return switch (node.op()) {
            case Binary.ReluGradient mask when node.operand(0) == value && epilogue.mask().isEmpty()
                    && GraphFacts.isWhole(other, value.shape()) -> Optional.of(epilogue.withMask(other));
            case Binary.ClampGradient mask when node.operand(0) == value && epilogue.mask().isEmpty()
                    && GraphFacts.isWhole(other, value.shape()) -> Optional.of(epilogue.withClampedMask(other));
            // A scale may follow the mask, since 0 stays 0; whatever adds to it may not.
            case Binary.Multiply scale when first && epilogue.scale().isEmpty()
                    && isPerChannel(other, value.shape()) -> Optional.of(epilogue.withScale(other));
            case Binary.Add shift when epilogue.mask().isEmpty() && first && isPerChannel(other, value.shape()) ->
                    Optional.of(epilogue.withShift(other));
            case Binary.Add sum when epilogue.mask().isEmpty() && epilogue.residual().isEmpty()
                    && GraphFacts.isWhole(other, value.shape()) -> Optional.of(epilogue.withResidual(other));
            default -> Optional.empty();
        };
    }

    /** A ReLU that a minimum with a number follows; a gradient of that would need more than whether it is open. */
    private Optional<ProductEpilogue> limited(ProductEpilogue epilogue, Value value, Node node) {
        boolean minimum = !epilogue.limited() && node.op() instanceof Binary.Minimum
                && node.operand(0) != node.operand(1) && rules.clamps(node);
        return minimum && node.operand(node.operand(0) == value ? 1 : 0).node().op() instanceof Source.Fill fill
                && isCeiling(fill.value())
                        ? Optional.of(epilogue.withRelu(fill.value()))
                        : Optional.empty();
    }

    /** Whether a value has one element for each channel of images, the same for all images. */
    private boolean isPerChannel(Value value, Shape images) {
        return GraphFacts.isPerChannel(value.shape(), images)
                && (images.dim(0) != 1 || value.shape().rank() == 3 || !perImage[value.node().id()]);
    }

    /**
     * Whether a node gives something for each image, if there is only one image: then its shape does not tell. What is
     * done to an image must not depend on whether it has neighbours, and a fused scale and shift round only once.
     */
    private boolean isPerImage(Node node) {
        boolean ofImages = node.op() instanceof Source.Input || node.op() instanceof Convolution
                || node.op() instanceof Pooling || node.op() instanceof Resampling || node.op() instanceof RandomOp;
        Shape shape = node.result(0).shape();
        return (ofImages && shape.rank() > 0 && shape.dim(0) == 1)
                || node.operands().stream().anyMatch(operand -> perImage[operand.node().id()]);
    }
}
