// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import java.util.List;

/** The rules of a device that tests make up. */
record Rules(boolean losses, boolean resizing, int mostJoined, boolean inPlace) implements FusionRules {

    /** Everything that a device can be able to do. */
    static final Rules ALL = new Rules(true, true, 2, true);

    /** Only what every device does. */
    static final Rules NONE = new Rules(false, false, 0, false);

    @Override
    public boolean fuses(ResizedLoss loss) {
        return losses;
    }

    @Override
    public boolean clamps(Node clamp) {
        return resizing;
    }

    @Override
    public boolean masks(Node node) {
        return resizing && node.op() instanceof Resampling.ResizeGradient;
    }

    @Override
    public int mostJoined(Node inputGradient) {
        return mostJoined;
    }

    @Override
    public boolean readsParts(Node inputGradient, List<Value> parts) {
        return inPlace;
    }
}
