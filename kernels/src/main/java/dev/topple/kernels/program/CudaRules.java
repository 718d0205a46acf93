// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.FusionRules;
import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.ResizedLoss;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** What this device's kernels compute as one. */
final class CudaRules implements FusionRules {

    /** Products that one sum of joined gradients has at most: as many as a convolution of 512 channels by 3 by 3. */
    private static final int MOST_PRODUCTS = 512 * 9;

    /**
     * How many times a gradient that is joined must fit into the sum. Gradients are copied side by side: each moves
     * three times instead of once, and two of them save that the sum is written and read once more. From here on two
     * that are joined move a third less, and more of them less still.
     */
    private static final int SMALLER = 5;

    @Override
    public boolean fuses(ResizedLoss loss) {
        return loss.resizing().method() != Resampling.Method.NEAREST;
    }

    /** Epilogues know no ceiling, and keep no bits. */
    @Override
    public boolean clamps(Node clamp) {
        return false;
    }

    @Override
    public boolean masks(Node node) {
        return GraphFacts.maxPoolWindow(node).isPresent() || node.op() instanceof Pooling.AvgPool2dGradient
                || node.op() instanceof Resampling.ResizeGradient;
    }

    @Override
    public int mostJoined(Node inputGradient) {
        Shape weight = inputGradient.operand(1).shape();
        return SMALLER * elements(inputGradient.operand(0)) <= elements(inputGradient.result(0))
                ? MOST_PRODUCTS / (weight.dim(0) * weight.dim(2) * weight.dim(3))
                : 0;
    }

    /** The elements of one image. */
    private static long elements(Value images) {
        Shape shape = images.shape();
        return (long) shape.dim(1) * shape.dim(2) * shape.dim(3);
    }

    @Override
    public boolean readsParts(Node inputGradient, List<Value> parts) {
        return false;
    }
}
