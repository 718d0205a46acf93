// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;

/**
 * The gradient of a convolution's weight from the image and the gradient of the result: made once for its shapes. The
 * batch is cut into a number of shares that follows from the shapes; a share adds its images, and the strips of rows
 * of an image, in ascending order, and the shares are added in ascending order. So the bits depend on the shapes and
 * the values alone, never on the threads or the width of the registers.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public interface WeightGradient {

    /** The algorithm, for people. */
    String algorithm();

    /** The floats of working memory that a run with this many threads needs. */
    int scratch(int threads);

    /**
     * Computes the weight's gradient {@code dw [out][in / groups][kernelHeight][kernelWidth]}; allocates nothing.
     *
     * @param x the image
     * @param g the gradient of the result
     * @param scratch at least {@link #scratch} floats from {@code so}
     */
    void run(Workers workers, float[] x, int xo, float[] g, int go, float[] dw, int dwo, float[] scratch, int so);

    /**
     * For images {@code [N, C, H, W]} and weights {@code [O, C / groups, kernelHeight, kernelWidth]}.
     *
     * @param imageForm the form of the image
     * @param gradientForm the form of the gradient of the result
     * @throws IllegalArgumentException if the shapes do not fit
     */
    static WeightGradient of(Simd simd, Geometry geometry, Shape image, Shape weight, Form imageForm,
            Form gradientForm) {
        ConvolutionTask task = ConvolutionTask.forward(geometry, image.dim(0), image.dim(1), image.dim(2),
                image.dim(3), weight.dim(0), weight.dim(2), weight.dim(3), imageForm, gradientForm);
        if (weight.dim(1) * geometry.groups() != image.dim(1)) {
            throw new IllegalArgumentException("weight gradient: an image of " + image.dim(1) + " channels in "
                    + geometry.groups() + " groups does not fit a weight of " + weight.dim(1));
        }
        return DepthwiseWeightGradient.serves(task)
                ? new DepthwiseWeightGradient(simd, task)
                : new DenseWeightGradient(simd, task);
    }
}
