// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;

/**
 * What a convolution computes, by shapes alone. Forward: the source is the image, the target the result. Backward: the
 * source is the gradient of the result, the target the gradient of the image.
 *
 * @param geometry how the kernel of the forward convolution moves
 * @param source the form of the source
 * @param target the form of the target, and of a residual and a mask
 */
public record ConvolutionTask(boolean backward, int images, int sourceChannels, int sourceHeight, int sourceWidth,
        int targetChannels, int targetHeight, int targetWidth, int kernelHeight, int kernelWidth, Geometry geometry,
        Form source, Form target) {

    public ConvolutionTask {
        if (images < 1 || sourceChannels < 1 || sourceHeight < 1 || sourceWidth < 1 || targetChannels < 1
                || targetHeight < 1 || targetWidth < 1 || kernelHeight < 1 || kernelWidth < 1) {
            throw new IllegalArgumentException("convolution: every size must be at least 1");
        }
        if (sourceChannels % geometry.groups() != 0 || targetChannels % geometry.groups() != 0) {
            throw new IllegalArgumentException("convolution: " + sourceChannels + " and " + targetChannels
                    + " channels do not divide into " + geometry.groups() + " groups");
        }
        int imageHeight = backward ? targetHeight : sourceHeight;
        int imageWidth = backward ? targetWidth : sourceWidth;
        int resultHeight = geometry.outHeight(imageHeight, kernelHeight);
        int resultWidth = geometry.outWidth(imageWidth, kernelWidth);
        if (resultHeight != (backward ? sourceHeight : targetHeight)
                || resultWidth != (backward ? sourceWidth : targetWidth)) {
            throw new IllegalArgumentException("convolution: an image of " + imageHeight + " by " + imageWidth
                    + " gives a result of " + resultHeight + " by " + resultWidth + ", not the one named");
        }
    }

    /** The forward convolution of images. */
    public static ConvolutionTask forward(Geometry geometry, int images, int inChannels, int height, int width,
            int outChannels, int kernelHeight, int kernelWidth, Form source, Form target) {
        return new ConvolutionTask(false, images, inChannels, height, width, outChannels,
                geometry.outHeight(height, kernelHeight), geometry.outWidth(width, kernelWidth), kernelHeight,
                kernelWidth, geometry, source, target);
    }

    /** The gradient of the images of the forward convolution of the same sizes. */
    public static ConvolutionTask inputGradient(Geometry geometry, int images, int inChannels, int height, int width,
            int outChannels, int kernelHeight, int kernelWidth, Form source, Form target) {
        return new ConvolutionTask(true, images, outChannels, geometry.outHeight(height, kernelHeight),
                geometry.outWidth(width, kernelWidth), inChannels, height, width, kernelHeight, kernelWidth, geometry,
                source, target);
    }

    /** The floats of the source. */
    public int sourceSize() {
        return source.size(images, sourceChannels, sourceHeight, sourceWidth);
    }

    /** The floats of the target. */
    public int targetSize() {
        return target.size(images, targetChannels, targetHeight, targetWidth);
    }

    /** The floats of the weight. */
    public int weightSize() {
        return sourceChannels / geometry.groups() * targetChannels * kernelHeight * kernelWidth;
    }

    /**
     * Whether all lanes of a block of the target are finished at once: it is in blocks, and none of them is shared by
     * groups that are computed apart.
     */
    public boolean finishesBlocks() {
        return target == Form.BLOCKED && (geometry.groups() == 1 || DepthwiseConvolution.serves(this)
                || targetChannels / geometry.groups() % Blocks.WIDTH == 0);
    }

    /** The channels of the forward convolution's image. */
    public int inChannels() {
        return backward ? targetChannels : sourceChannels;
    }

    /** The channels of the forward convolution's result. */
    public int outChannels() {
        return backward ? sourceChannels : targetChannels;
    }
}
