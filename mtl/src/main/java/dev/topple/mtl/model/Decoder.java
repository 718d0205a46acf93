// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import java.util.List;

/** Turns features into the prediction of one task. */
public interface Decoder {

    /**
     * Adds the decoder to a graph.
     *
     * @param features from the finest to the coarsest
     * @param height the height of the prediction
     * @param width the width of the prediction
     * @return {@code [N, channels, height, width]}
     */
    Value decode(List<Value> features, int height, int width, Phase phase);
}
