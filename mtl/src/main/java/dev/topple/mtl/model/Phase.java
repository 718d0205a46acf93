// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import java.util.Optional;

/**
 * How a layer takes part in a graph.
 *
 * @param training whether statistics are those of the batch, and running ones are updated; otherwise they are frozen,
 *     and images do not influence each other
 * @param keys what decides which elements dropout leaves out, two words for each image, {@code [N, 2]}; nothing is left
 *     out without
 */
public record Phase(boolean training, Optional<Value> keys) {

    /** As it is used. */
    public static final Phase FROZEN = new Phase(false, Optional.empty());

    /** As it is trained, without dropout. */
    public static final Phase TRAINING = new Phase(true, Optional.empty());

    /** As it is trained, with dropout. */
    public static Phase training(Value keys) {
        return new Phase(true, Optional.of(keys));
    }

    /**
     * Leaves elements out where this phase does so.
     *
     * @param stream another number for each place in a model
     */
    Value dropout(Value x, double probability, int stream) {
        return keys.map(each -> RandomOp.dropout(x, probability, each, stream)).orElse(x);
    }
}
