// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * The innermost product of all blocked convolutions: up to 12 pixels by one or two blocks of 16 target channels. The
 * result does not depend on the kernel's width, to the bit: each element is one chain of fused multiply-adds from 0,
 * taps in order, channels in order within a tap, then added to 0 or to what was there.
 */
public interface TileKernel {

    /** The most pixels of a tile. */
    int PIXELS = 12;

    /** The pixels that a tile of so many may read and overwrite: kernels have few heights, and compute some in vain. */
    static int covered(int pixels) {
        return pixels > 8 ? PIXELS : 8;
    }

    /** The kernel for registers of this width. */
    static TileKernel of(Simd simd) {
        return switch (simd) {
            case OFF -> new PlainTileKernel();
            case BITS_128 -> new NarrowTileKernel();
            case BITS_256 -> new MiddleTileKernel();
            case BITS_512 -> new WideTileKernel();
        };
    }

    /**
     * For {@code p < pixels}, {@code b < blocks}, {@code l < 16}:
     *
     * <pre>
     * c[co + b pitch + p 16 + l] (+)= sum over t &lt; taps, k &lt; channels, in this order, of
     *     x[xo + offsets[first + t] + p 16 + k] * w[wo + ((t channels + k) blocks + b) 16 + l]
     * </pre>
     *
     * Up to {@link #covered} pixels are read and overwritten; what is found there has no influence on the others, and
     * what is left there has no meaning.
     *
     * @param pixels 1 to {@link #PIXELS}
     * @param channels 1 to 16: the source's channels in each tap; an odd number is slower
     * @param blocks 1 or 2
     * @param add whether the sums are added to what {@code c} holds, each at its end: every call is a chain of its own,
     *        so that a long sum in several calls has a smaller error
     */
    void multiply(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w, int wo,
            int blocks, float[] c, int co, int pitch, boolean add);

    /** Copies blocks of 16: {@code y[yo + p 16 + l] = x[xo + p step 16 + l]} for {@code p < pixels}. */
    default void gather(int pixels, float[] x, int xo, int step, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            System.arraycopy(x, xo + p * step * Blocks.WIDTH, y, yo + p * Blocks.WIDTH, Blocks.WIDTH);
        }
    }
}
