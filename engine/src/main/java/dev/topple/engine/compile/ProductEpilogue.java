// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Value;
import java.util.Optional;

/**
 * What is done to each element of a convolution, or of the gradient of another op, before it is written: times a scale
 * and plus a shift, both per channel, plus a residual, then ReLU, perhaps with a ceiling as ReLU6 has, or the mask of
 * such an activation's gradient. In the graph a scale may also follow the mask: 0 stays 0, so the order does not
 * matter.
 *
 * @param scale one element for each channel
 * @param shift one element for each channel
 * @param residual an image of the result's shape
 * @param relu whether what is below 0 becomes 0
 * @param ceiling what is above it becomes this; infinity where there is no ReLU, or one without a ceiling
 * @param mask an image of the result's shape; where it is closed, the result is 0
 * @param clamped whether the mask is what a unit's clamp reads (see {@link Unit#unclamped}), closed below 0 and above
 *     that clamp's ceiling; otherwise it is closed where it is not positive
 */
public record ProductEpilogue(Optional<Value> scale, Optional<Value> shift, Optional<Value> residual, boolean relu,
        float ceiling, Optional<Value> mask, boolean clamped) {

    static final ProductEpilogue NONE = new ProductEpilogue(Optional.empty(), Optional.empty(), Optional.empty(), false,
            Float.POSITIVE_INFINITY, Optional.empty(), false);

    ProductEpilogue withScale(Value value) {
        return new ProductEpilogue(Optional.of(value), shift, residual, relu, ceiling, mask, clamped);
    }

    ProductEpilogue withShift(Value value) {
        return new ProductEpilogue(scale, Optional.of(value), residual, relu, ceiling, mask, clamped);
    }

    ProductEpilogue withResidual(Value value) {
        return new ProductEpilogue(scale, shift, Optional.of(value), relu, ceiling, mask, clamped);
    }

    ProductEpilogue withRelu() {
        return withRelu(ceiling);
    }

    ProductEpilogue withRelu(float limit) {
        return new ProductEpilogue(scale, shift, residual, true, limit, mask, clamped);
    }

    ProductEpilogue withMask(Value value) {
        return new ProductEpilogue(scale, shift, residual, relu, ceiling, Optional.of(value), false);
    }

    ProductEpilogue withClampedMask(Value value) {
        return new ProductEpilogue(scale, shift, residual, relu, ceiling, Optional.of(value), true);
    }

    /** Whether the ReLU has a ceiling. */
    public boolean limited() {
        return ceiling < Float.POSITIVE_INFINITY;
    }

    /** The steps in words, each after a plus. */
    public String describe() {
        return (scale.isPresent() ? " + scale" : "") + (shift.isPresent() ? " + shift" : "")
                + (residual.isPresent() ? " + residual" : "") + (limited() ? " + Clamp" : relu ? " + Relu" : "")
                + (clamped ? " + ClampGradient" : mask.isPresent() ? " + ReluGradient" : "");
    }
}
