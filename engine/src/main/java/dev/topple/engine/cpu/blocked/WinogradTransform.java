// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;

/**
 * The transforms of Winograd's convolution F(m x m, 3 x 3) on blocks of 16 channels, m = 2 or 4: a tile of m + 2 by
 * m + 2 pixels of the source becomes (m + 2)&sup2; values, and as many sums of products become m by m pixels of the
 * target. {@link WinogradPoints} has the formulas. Every width of registers gives the same bits.
 *
 * <p>Transformed tiles lie in groups of up to {@link TileKernel#PIXELS}, {@code [(m + 2)^2][PIXELS][16]} for each group
 * and block of channels: what a transform touches fits the first cache, and what the product reads for one of the
 * (m + 2)&sup2; positions is what {@link TileKernel} takes.
 */
public interface WinogradTransform {

    /** The floats from one of the (m + 2)&sup2; positions of a group of tiles to the next. */
    int POSITION = TileKernel.PIXELS * Blocks.WIDTH;

    /** The floats that each method needs to work in. */
    int WORK = 6 * (4 * TileKernel.PIXELS + 2) * Blocks.WIDTH;

    /** The transforms with the vectors that the JVM has chosen, or plain ones. */
    static WinogradTransform of(Simd simd) {
        return switch (simd) {
            case OFF -> new WinogradPlainTransform();
            case BITS_128, BITS_256, BITS_512 -> new WinogradVectorTransform();
        };
    }

    /**
     * Transforms neighbouring tiles of one row of tiles, for m = 4, each of which may have 3 rows or columns of results
     * instead, or both; their first row or column of values is left out then.
     *
     * @param rows 4 or 3
     * @param columns 4 or 3
     * @param tiles how many
     * @param xo where the first tile begins in the source; it may lie outside, where no pixel is read
     * @param rowStep floats from a row of the source to the next
     * @param columnStep floats from a column to the next
     * @param left the first column, counted from the first tile's, that exists; those before it are read as zeros
     * @param right the first column past it that does not exist
     * @param t {@link #WORK} floats from {@code to}
     * @param v the group, from its first of these tiles
     */
    void input4(int rows, int columns, int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right,
            float[] t, int to, float[] v, int vo);

    /** As {@link #input4}, for m = 2, rows and columns alike. */
    void input2(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t, int to,
            float[] v, int vo);

    /**
     * Transforms the sums of neighbouring tiles back, for m = 4.
     *
     * @param rows 4 or 3
     * @param columns 4 or 3
     * @param m the group, from its first of these tiles
     * @param t {@link #WORK} floats from {@code to}
     * @param y as many rows of {@code columns tiles} pixels of 16 lanes
     * @param rowStep floats from a row of y to the next
     */
    void output4(int rows, int columns, int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo,
            int rowStep);

    /** As {@link #output4}, for m = 2: 2 rows of {@code 2 tiles} pixels. */
    void output2(int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo, int rowStep);
}
