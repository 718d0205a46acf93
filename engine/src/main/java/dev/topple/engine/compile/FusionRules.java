// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import java.util.List;

/**
 * What a device can compute as one, beyond what every device can: groups of elementwise nodes, and convolutions with a
 * {@link ProductEpilogue}. Answers must not depend on how many images there are, since sums are added up in another
 * order where gradients are joined.
 */
public interface FusionRules {

    /** Whether a loss of resized logits is computed without the large logits. */
    boolean fuses(ResizedLoss loss);

    /**
     * Whether a convolution ends with a clamp from 0 to a ceiling, which is given, or with a minimum after ReLU. Then
     * what it would have given without the clamp is not kept: if gradients of the clamp ask where that lies between the
     * bounds, they are masks, and the convolution has to leave the answer.
     */
    boolean clamps(Node clamp);

    /** Whether a node that is no convolution masks its result with an activation's gradient before it writes it. */
    boolean masks(Node node);

    /**
     * How many input gradients of convolutions are computed as one at most: a sum of those of g1 with W1, g2 with W2, …
     * as that of g1, g2, … side by side with W1, W2, … one below the other. Asked only for those whose weight is fixed.
     *
     * @param inputGradient one of the sum; the others have the same attributes and shapes
     * @return at most 1 if they are better computed one by one
     */
    int mostJoined(Node inputGradient);

    /**
     * Whether an input gradient reads the images whose concatenation along channels is its source where they lie, so
     * that nothing is copied.
     *
     * @param parts the images, all of one shape, none of them a view
     */
    boolean readsParts(Node inputGradient, List<Value> parts);
}
