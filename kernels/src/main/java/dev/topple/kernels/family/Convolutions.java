// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.Precision;
import dev.topple.kernels.launch.Form;

/**
 * Chooses kernels for convolutions and the gradients of their images.
 *
 * <p>Each element's order of summation follows from the shape of one image: a tile's size changes no bits, so it may
 * be chosen by the size of the batch. Where an image gives few tiles, its channels are summed in segments; whether
 * these run beside or after each other changes no bits either. {@link Precision#EXACT} is fp32; {@link Precision#FAST}
 * is tf32 on tensor cores where the channels allow it, with a relative error (L2) of about 3e-4.
 */
public final class Convolutions {

    private Convolutions() {}

    /**
     * A convolution.
     *
     * @param source the form of the image; PLAIN is meant for images of few channels, as the first layer's
     */
    public static ConvolutionPlan forward(ConvolutionShape shape, Form source, Precision precision) {
        return plan(new ImageWalk(shape, false, source), precision);
    }

    /**
     * The gradient of the image.
     *
     * @param source the form of the gradient of the result
     */
    public static ConvolutionPlan inputGradient(ConvolutionShape shape, Form source, Precision precision) {
        return plan(new ImageWalk(shape, true, source), precision);
    }

    private static ConvolutionPlan plan(ImageWalk walk, Precision precision) {
        if (walk.shape().isDepthwise() && walk.source() == Form.NHWC) {
            return new DepthwiseConvolution(walk);
        }
        if (precision == Precision.EXACT) {
            return ImplicitProduct.fp32(walk, "");
        }
        if (walk.source() == Form.PLAIN) {
            return ImplicitProduct.fp32(walk, "; tensor cores want the channels last");
        }
        if (!walk.hasVectors()) {
            return ImplicitProduct.fp32(walk, "; tensor cores want a multiple of 4 channels in a group, not "
                    + walk.terms());
        }
        return ImplicitProduct.tf32(walk);
    }
}
