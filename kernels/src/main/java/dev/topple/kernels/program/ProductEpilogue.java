// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Value;
import java.util.Optional;

/**
 * What is done to each element of a convolution before it is written: scale and shift per channel, residual, ReLU, the
 * mask of a ReLU's gradient.
 */
record ProductEpilogue(Optional<Value> scale, Optional<Value> shift, Optional<Value> residual, boolean relu,
        Optional<Value> mask) {

    static final ProductEpilogue NONE =
            new ProductEpilogue(Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty());

    ProductEpilogue withScale(Value value) {
        return new ProductEpilogue(Optional.of(value), shift, residual, relu, mask);
    }

    ProductEpilogue withShift(Value value) {
        return new ProductEpilogue(scale, Optional.of(value), residual, relu, mask);
    }

    ProductEpilogue withResidual(Value value) {
        return new ProductEpilogue(scale, shift, Optional.of(value), relu, mask);
    }

    ProductEpilogue withRelu() {
        return new ProductEpilogue(scale, shift, residual, true, mask);
    }

    ProductEpilogue withMask(Value value) {
        return new ProductEpilogue(scale, shift, residual, relu, Optional.of(value));
    }

    /** The steps in words, each after a plus. */
    String describe() {
        return (scale.isPresent() ? " + scale" : "") + (shift.isPresent() ? " + shift" : "")
                + (residual.isPresent() ? " + residual" : "") + (relu ? " + relu" : "")
                + (mask.isPresent() ? " + mask" : "");
    }
}
