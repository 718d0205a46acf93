// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.tensor.Variable;
import java.util.List;

/** An optimiser of a kind, before it knows what it optimises. */
public sealed interface OptimiserSettings permits Adam.Settings, Sgd.Settings {

    /**
     * An optimiser that remembers nothing yet.
     *
     * @param encoderRate what the learning rate is multiplied by for parameters whose names start with {@code encoder.}
     */
    Optimiser over(List<Variable> parameters, double encoderRate);

    /** What checkpoints and models say of it. */
    JsonObject toJson();
}
