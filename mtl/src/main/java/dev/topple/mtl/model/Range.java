// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Task;

/** What a prediction can be. */
enum Range {
    /** Any number. */
    ANY,
    /** Positive numbers: the softplus of what comes out, plus {@link #LEAST}. */
    POSITIVE;

    /** No positive prediction is smaller: a millimetre, where metres are predicted. */
    static final double LEAST = 1e-3;

    /** What a positive prediction starts at, about: a few metres, where metres are predicted. */
    private static final double START = 2.5;

    static Range of(Task task) {
        return task instanceof Depth ? POSITIVE : ANY;
    }

    double start() {
        return this == POSITIVE ? START : 0;
    }

    Value apply(Value raw) {
        return switch (this) {
            case ANY -> raw;
            case POSITIVE -> softplus(raw).plus(LEAST);
        };
    }

    /** log(1 + e^x), written so that nothing overflows. */
    private static Value softplus(Value x) {
        Value zero = x.graph().fill(Shape.scalar(), 0);
        return x.max(zero).plus(x.abs().negate().exp().plus(1).log());
    }
}
