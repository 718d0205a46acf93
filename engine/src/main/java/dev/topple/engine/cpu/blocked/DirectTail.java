// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * The last pixels of images that are read in place. A tile reads more pixels than it needs, which there need not be at
 * the end of an array, so the last tile gets a copy.
 */
final class DirectTail {

    private static final int W = Blocks.WIDTH;
    private static final int PITCH = TileKernel.PIXELS * W;

    private final int at;
    private final int pixels;
    private final int[][] offsets;

    /**
     * A tail.
     *
     * @param at the first pixel of the last tile
     * @param width the pixels of that row
     * @param blocks the most blocks of a run
     */
    DirectTail(int at, int width, int blocks) {
        this.at = at;
        pixels = width - at;
        offsets = offsets(blocks, PITCH);
    }

    /** For each power of 2 up to 16, where the taps of so many channels begin. */
    static int[][] offsets(int blocks, int blockPitch) {
        int[][] offsets = new int[5][];
        for (int i = 0; i < offsets.length; i++) {
            int step = 1 << i;
            offsets[i] = new int[blocks * W / step];
            for (int t = 0; t < offsets[i].length; t++) {
                offsets[i][t] = t * step / W * blockPitch + t * step % W;
            }
        }
        return offsets;
    }

    /** The floats of working memory. */
    static int scratch(int blocks) {
        return blocks * PITCH;
    }

    /** The offsets of taps of so many channels, from a table; for a part of a block, that of the only tap. */
    static int[] of(int[][] offsets, int step) {
        return offsets[Integer.bitCount(step) == 1 ? Integer.numberOfTrailingZeros(step) : 0];
    }

    /** The offsets of taps of so many channels in the copy. */
    int[] offsets(int step) {
        return of(offsets, step);
    }

    /** Whether a tile needs the copy. */
    boolean needed() {
        return pixels < TileKernel.covered(pixels);
    }

    /**
     * Copies some blocks.
     *
     * @param xo where the first block of the last row begins
     */
    void copy(float[] x, int xo, int blocks, int blockPitch, float[] y, int yo) {
        for (int b = 0; b < blocks; b++) {
            System.arraycopy(x, xo + b * blockPitch + at * W, y, yo + b * PITCH, pixels * W);
        }
    }
}
