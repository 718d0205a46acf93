// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * The inner loops of pooling: some rows of one block of 16 channels of one image. The offsets of images are those of
 * the block's first pixel. All implementations give the same bits.
 */
interface PoolLanes {

    /** The kernels for registers of this width. */
    static PoolLanes of(Simd simd) {
        return simd == Simd.OFF ? new PlainPool() : new VectorPool();
    }

    /** The largest of each window of some rows of the result, and its index within the plane; NaN counts as largest. */
    void max(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo, int[] indices, int io);

    /**
     * The adjoint of {@link #max} for some rows of the image: each pixel adds, in ascending order, the gradients of
     * those windows around it whose index names it. With a mask that has elements, a lane whose mask is not positive
     * becomes 0, with bits that have elements, a lane whose bit in the word of the pixel is not set.
     */
    void maxGradient(PoolGeometry s, int from, int to, float[] g, int go, int[] indices, int io, float[] y, int yo,
            float[] mask, int mo, int[] bits, int bo);

    /** The mean of each window of some rows of the result. */
    void average(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo);

    /** The adjoint of {@link #average} for some rows of the image. */
    void averageGradient(PoolGeometry s, int from, int to, float[] g, int go, float[] y, int yo);
}
