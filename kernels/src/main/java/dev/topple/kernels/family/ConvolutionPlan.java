// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A convolution, or the gradient of its image, by a chosen kernel. All regions begin at multiples of 16 bytes. The
 * target, and residual and mask of the epilogue, are {@link dev.topple.kernels.launch.Form#NHWC}.
 */
public interface ConvolutionPlan {

    /** The layout of the weight that the kernel reads. */
    WeightPacking packing();

    /** By which kernel, and why by no faster one, for people. */
    String reason();

    /** Whether the epilogue's residual may be the target's own memory. */
    default boolean overwritesResidual() {
        return true;
    }

    /**
     * Runs it.
     *
     * @param source the image, or the gradient of the result, in the form that the plan was made for
     * @param packed the weight, packed
     * @param working gives working memory of so many floats
     */
    List<Launch> launches(Region source, Region packed, Epilogue epilogue, Region target,
            LongFunction<Region> working);
}
