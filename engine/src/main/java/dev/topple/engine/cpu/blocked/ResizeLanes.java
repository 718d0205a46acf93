// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/** The inner loops of interpolation: rows of 16 channels. All implementations give the same bits. */
interface ResizeLanes {

    /** The kernels for registers of this width. */
    static ResizeLanes of(Simd simd) {
        return simd == Simd.OFF ? new PlainResize() : new VectorResize();
    }

    /** A row of the result from one row of the source. */
    void stretch(ResizeAxis columns, float[] x, int xo, float[] y, int yo);

    /** A row of the result from two rows of the source, the second with the given weight. */
    void blend(ResizeAxis columns, float[] x, int first, int second, float weight, float[] y, int yo);

    /** {@code sum[so + i] = fma(g[go + r pitch + i], shares[at + r], sum[so + i])} for {@code r < rows} in order. */
    void addRows(int pixels, int rows, float[] g, int go, int pitch, float[] shares, int at, float[] sum, int so);

    /** A row of the source's gradient from one of the result's width. */
    void gather(ResizeAxis columns, float[] row, int ro, float[] y, int yo);
}
