// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Value;
import java.util.Optional;

/**
 * What is done to each element of a convolution, or of the gradient of another op, before it is written: times a scale
 * and plus a shift, both per channel, plus a residual, then ReLU or the mask of a ReLU's gradient. In the graph a scale
 * may also follow the mask: 0 stays 0, so the order does not matter.
 *
 * @param scale one element for each channel
 * @param shift one element for each channel
 * @param residual an image of the result's shape
 * @param mask an image of the result's shape; where it is not positive, the result is 0
 */
public record ProductEpilogue(Optional<Value> scale, Optional<Value> shift, Optional<Value> residual, boolean relu,
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
    public String describe() {
        return (scale.isPresent() ? " + scale" : "") + (shift.isPresent() ? " + shift" : "")
                + (residual.isPresent() ? " + residual" : "") + (relu ? " + Relu" : "")
                + (mask.isPresent() ? " + ReluGradient" : "");
    }
}
