// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;

/** What objectives that weigh pixels share. */
final class PixelWeights {

    private PixelWeights() {}

    /** Where the largest logit is that of the label, truth values {@code [N, H, W]}. */
    static Value right(Value logits, Value label) {
        return logits.argMax(1).compare(Relation.EQUAL, label);
    }

    /** The sum of each image over its number of valid pixels, {@code [N]}; 0 for an image without any. */
    static Value mean(Value each, Value valid) {
        return each.sum(1, 2).dividedBy(valid.max(valid.graph().fill(Shape.scalar(), 1)));
    }
}
