// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import java.util.List;

/** Turns images into features that decoders read. */
public interface Encoder {

    /** How many channels each of the features has, in the order of {@link #encode}. */
    List<Integer> channels();

    /**
     * Adds the encoder to a graph.
     *
     * @param images normalised, {@code [N, 3, H, W]}
     * @return features {@code [N, channels, h, w]}, from the finest to the coarsest
     */
    List<Value> encode(Value images, Phase phase);
}
