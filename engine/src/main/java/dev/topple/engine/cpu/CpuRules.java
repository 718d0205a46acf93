// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.FusionRules;
import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.ResizedLoss;
import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.blocked.JoinedPointwise;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import java.util.List;
import java.util.Set;

/**
 * What this device's kernels compute as one.
 *
 * @param apart clamps that are instructions of their own, because their gradients find no bits: whether a convolution
 *     can leave some is known once the forms of images are, see {@link CutGraph}
 */
record CpuRules(Set<Node> apart) implements FusionRules {

    /**
     * A gradient is finished with the losses, up to a factor for each image: softmax and resizing are done once. Where
     * the gradient by the losses is another in each place, that is not so.
     */
    @Override
    public boolean fuses(ResizedLoss loss) {
        return loss.gradient().map(ResizedLoss.Gradient::isPerImage).orElse(true);
    }

    @Override
    public boolean clamps(Node clamp) {
        return !apart.contains(clamp);
    }

    @Override
    public boolean masks(Node node) {
        return GraphFacts.maxPoolWindow(node).isPresent() || node.op() instanceof Resampling.ResizeGradient;
    }

    @Override
    public int mostJoined(Node inputGradient) {
        return inputGradient.result(0).shape().dim(1) >= Blocks.WIDTH && serves(inputGradient, 1)
                ? JoinedPointwise.MOST_CHANNELS / inputGradient.operand(0).shape().dim(1)
                : 0;
    }

    @Override
    public boolean readsParts(Node inputGradient, List<Value> parts) {
        return serves(inputGradient, parts.size());
    }

    private static boolean serves(Node inputGradient, int parts) {
        return JoinedPointwise.serves(Convolutions.task((Convolution) inputGradient.op(), inputGradient, Form.BLOCKED,
                Form.BLOCKED), parts);
    }
}
