// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Convolution.Geometry;

/**
 * The sizes of a convolution. Its gradients have those of the convolution that they belong to.
 *
 * @param geometry how the kernel moves
 * @param images N
 * @param channels of the image
 * @param height of the image
 * @param width of the image
 * @param outChannels of the result
 * @param kernelH rows of the kernel
 * @param kernelW columns of the kernel
 */
public record ConvolutionShape(Geometry geometry, int images, int channels, int height, int width, int outChannels,
        int kernelH, int kernelW) {

    // Coordinates are added to distances of taps in 32 bits, and rows and columns are packed into 16 each.
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - (1 << 24);

    public ConvolutionShape {
        if (channels % geometry.groups() != 0 || outChannels % geometry.groups() != 0) {
            throw new IllegalArgumentException("a convolution from " + channels + " to " + outChannels
                    + " channels cannot have " + geometry.groups() + " groups");
        }
        if (geometry.outHeight(height, kernelH) < 1 || geometry.outWidth(width, kernelW) < 1) {
            throw new IllegalArgumentException("a kernel of " + kernelH + " x " + kernelW
                    + " is larger than the padded image of " + height + " x " + width);
        }
        require("image", (long) images * channels * height * width);
        require("result", (long) images * outChannels * geometry.outHeight(height, kernelH)
                * geometry.outWidth(width, kernelW));
        require("weight", (long) outChannels * channels / geometry.groups() * kernelH * kernelW);
    }

    private static void require(String name, long elements) {
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException("the " + name + " of a convolution has " + elements
                    + " elements, but the kernels count up to " + MOST_ELEMENTS + "; use a smaller batch");
        }
    }

    /** Rows of the result. */
    public int outHeight() {
        return geometry.outHeight(height, kernelH);
    }

    /** Columns of the result. */
    public int outWidth() {
        return geometry.outWidth(width, kernelW);
    }

    /** Channels of the image in a group. */
    int groupChannels() {
        return channels / geometry.groups();
    }

    /** Channels of the result in a group. */
    int groupOutChannels() {
        return outChannels / geometry.groups();
    }

    int taps() {
        return kernelH * kernelW;
    }

    /** Whether each channel of the image has channels of the result for itself. */
    boolean isDepthwise() {
        return geometry.groups() == channels && channels > 1;
    }
}
