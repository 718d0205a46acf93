// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;

/**
 * One row of a tensor that has values for each pixel.
 *
 * @param values {@code [N, channels, H, W]} or {@code [N, H, W]}
 * @param from where the row begins
 * @param area the pixels of a channel
 * @param channels how many channels there are
 */
record PixelMap(Tensor values, int from, int area, int channels) {

    /** A row, checked to have the size of a picture. */
    static PixelMap of(Tensor values, int row, int height, int width) {
        int rank = values.shape().rank();
        if (rank < 3 || values.shape().dim(-1) != width || values.shape().dim(-2) != height) {
            throw new IllegalArgumentException("a picture of " + height + "x" + width + " pixels cannot show "
                    + values.shape());
        }
        int each = values.shape().product(1, rank);
        return new PixelMap(values, row * each, height * width, each / (height * width));
    }

    /** The value of a pixel in the first channel, of floats or integers. */
    float first(int pixel) {
        return switch (values.dtype()) {
            case F32 -> values.floats()[from + pixel];
            case I32 -> values.ints()[from + pixel];
            case BOOL -> values.booleans()[from + pixel] ? 1 : 0;
        };
    }

    /** The value of a pixel in a channel of floats. */
    float at(int channel, int pixel) {
        return values.floats()[from + channel * area + pixel];
    }
}
