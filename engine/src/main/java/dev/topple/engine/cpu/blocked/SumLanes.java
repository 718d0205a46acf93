// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * Sums over a run of pixels of a block, one for each of 16 channels. Pixel {@code p} goes to partial sum
 * {@code p mod 8}, and these meet in a fixed tree, 4 with 4 and so on; all implementations give the same bits. Runs are
 * short, so that rounding errors stay small.
 */
interface SumLanes {

    /** The kernels for registers of this width. */
    static SumLanes of(Simd simd) {
        return simd == Simd.OFF ? new PlainSums() : new VectorSums();
    }

    /** {@code out[oo + l]} becomes the sum of {@code x[xo + p 16 + l]}. */
    void sum(int pixels, float[] x, int xo, float[] out, int oo);

    /**
     * {@code out[oo + l]} becomes the sum of {@code g[go + p 16 + l] (x[xo + p 16 + l] - centre[co + l])}.
     */
    void products(int pixels, float[] g, int go, float[] x, int xo, float[] centre, int co, float[] out, int oo);

    /** {@code out[oo + l]} becomes the sum of {@code (x[xo + p 16 + l] - centre[co + l])^2}. */
    void squares(int pixels, float[] x, int xo, float[] centre, int co, float[] out, int oo);
}
