// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;

/**
 * Where weights come from.
 *
 * @param seed the seed of the training; weights and order of images depend on nothing else random
 * @param command what to type to train them again; empty if unknown
 * @param metrics how good they were found to be; any members
 * @param training how they were trained: configuration, data with checksums, the losses on the way; any members, none
 *     if unknown
 */
public record Provenance(long seed, String command, JsonObject metrics, JsonObject training) {

    /** Weights of whose training nothing more is known. */
    public Provenance(long seed, String command, JsonObject metrics) {
        this(seed, command, metrics, JsonValue.object().build());
    }
}
