// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;

/** One copy of a level of an encoder: what tasks share as a whole or not at all. */
@FunctionalInterface
public interface Level {

    /**
     * Adds the level to a graph.
     *
     * @param x what the level before gave, or normalised images {@code [N, 3, H, W]}
     * @return {@code [N, channels, h, w]}
     */
    Value apply(Value x, Phase phase);
}
