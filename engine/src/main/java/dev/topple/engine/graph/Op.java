// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * What a node computes: an immutable record of its attributes, with the rule that gives the types of its results and
 * the rule that gives its gradient. Ops are equal when their attributes are, so equal ops on equal operands are the
 * same value. What an op computes is defined by the device {@code reference}.
 *
 * <p>The family is closed under differentiation: every gradient rule is written in ops of the family. Ops whose results
 * are integers or truth values, or are constant almost everywhere, have no gradient and say so.
 */
public sealed interface Op permits Source, Elementwise, Reduction, MatMul, Convolution, BatchNorm, Pooling, Resampling,
        Layout, Softmax, Indexing, RandomOp {

    /**
     * The types of the results for operands of the given types.
     *
     * @throws IllegalArgumentException if the operands do not fit; the message names the op and the shapes
     */
    List<TensorType> results(List<TensorType> operands);

    /** Adds to the gradients of the operands what the gradients of the results contribute. */
    void gradient(Adjoint adjoint);

    /** Whether a gradient flows through this op at all; {@link #gradient} is never called where it does not. */
    default boolean differentiable() {
        return true;
    }

    /** The name in messages and dumps. */
    default String mnemonic() {
        return getClass().getSimpleName();
    }
}
