// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * The innermost sum of a weight gradient: up to 12 rows (channels or taps of the image, neighbours in memory) by one or
 * two blocks of 16 channels of the result's gradient, over the same rectangle of pixels of some images. The result does
 * not depend on the kernel's width, to the bit: each element is one chain of fused multiply-adds, pixel by pixel, line
 * by line and image by image, that is then added to what was there.
 */
interface WeightTile {

    /** The kernel for registers of this width. */
    static WeightTile of(Simd simd) {
        return switch (simd) {
            case OFF -> new PlainWeightTile();
            case BITS_128, BITS_256 -> new NarrowWeightTile();
            case BITS_512 -> new WideWeightTile();
        };
    }

    /** The height of the next tile where this many rows are left: 4, 8 or 12. Two of 8 beat 12 and 4. */
    static int rows(int left) {
        if (left <= 4) {
            return 4;
        }
        return left <= 8 || (left > 12 && left <= 16) ? 8 : 12;
    }

    /**
     * For {@code r < rows}, {@code b < blocks}, {@code l < 16}:
     *
     * <pre>
     * c[co + (r blocks + b) 16 + l] += sum over n &lt; images, i &lt; lines, p &lt; pixels, in this order, of
     *     x[xo + n xImage + i xLine + p xStep + r] * g[go + b gPitch + n gImage + i gLine + p 16 + l]
     * </pre>
     *
     * @param rows 4, 8 or 12
     * @param blocks 1 or 2
     */
    void add(int rows, int blocks, int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co);
}
