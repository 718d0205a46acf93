// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * The inner loops of depthwise convolutions: each of 16 lanes is a channel of its own. Every implementation computes
 * the same chains of fused multiply-adds in the same order and gives the same bits.
 */
interface DepthwiseLanes {

    /** The kernels for registers of this width. */
    static DepthwiseLanes of(Simd simd) {
        return simd == Simd.OFF ? new PlainDepthwise() : new VectorDepthwise();
    }

    /**
     * Windows of pixels times weights, one chain from 0 for each lane, row by row:
     *
     * <pre>
     * y[yo + p 16 + l] = sum over r &lt; rows, c &lt; columns of
     *     x[xo + p xStep + r xRow + c xColumn + l] * w[wo + r wRow + c wColumn + l]
     * </pre>
     */
    void window(int pixels, int rows, int columns, float[] x, int xo, int xStep, int xRow, int xColumn, float[] w,
            int wo, int wRow, int wColumn, float[] y, int yo);

    /**
     * Products of two images, summed over a rectangle of pixels line by line, one chain from 0 for each lane:
     * {@code c[co + l] += sum of x[xo + i xLine + p xStep + l] * g[go + i gLine + p 16 + l]}.
     */
    void sum(int lines, int pixels, float[] x, int xo, int xLine, int xStep, float[] g, int go, int gLine, float[] c,
            int co);

    /**
     * {@link #sum} for nine taps at once: tap (r, c) reads x from {@code xo + r xRow + c xColumn} on and adds to
     * {@code co + r cRow + c 16}.
     */
    void sumNine(int lines, int pixels, float[] x, int xo, int xRow, int xColumn, int xLine, int xStep, float[] g,
            int go, int gLine, float[] c, int co, int cRow);
}
