// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * How a row of results is cut into tiles, and which of the kernel's columns reach into the source from each: the others
 * meet nothing but padding.
 *
 * @param at the first result of each tile
 * @param pixels the results of each tile
 * @param first the first column of the kernel that counts
 * @param last after the last column that counts
 */
record DirectTiles(int[] at, int[] pixels, int[] first, int[] last) {

    private static final int PIXELS = TileKernel.PIXELS;
    private static final int LOW = 8;

    /**
     * Tiles for a row.
     *
     * @param width the results of the row
     */
    static DirectTiles of(DirectPhase phase, int sourceWidth, int width) {
        int[] at = new int[width];
        int[] pixels = new int[width];
        int[] first = new int[width];
        int[] last = new int[width];
        int count = 0;
        int next;
        for (int x = 0; x < width; x += next, count++) {
            next = next(width - x);
            at[count] = x;
            pixels[count] = next;
            int columns = phase.columns().length;
            int from = 0;
            while (from < columns && outside(phase, sourceWidth, x, next, from)) {
                from++;
            }
            int to = columns;
            while (to > from && outside(phase, sourceWidth, x, next, to - 1)) {
                to--;
            }
            first[count] = from;
            last[count] = to;
        }
        return new DirectTiles(Arrays.copyOf(at, count), Arrays.copyOf(pixels, count), Arrays.copyOf(first, count),
                Arrays.copyOf(last, count));
    }

    /** The pixels of the next tile, so that as few as possible are computed in vain. */
    private static int next(int left) {
        return left > PIXELS && left <= 2 * LOW ? LOW : Math.min(left, PIXELS);
    }

    private static boolean outside(DirectPhase phase, int sourceWidth, int x, int pixels, int column) {
        int low = x * phase.stepX() + phase.shiftX()[column];
        int high = low + (pixels - 1) * phase.stepX();
        return high < 0 || low >= sourceWidth;
    }

    int count() {
        return at.length;
    }

    /** The results that the tiles may overwrite. */
    int covered() {
        int end = at.length - 1;
        return at[end] + TileKernel.covered(pixels[end]);
    }
}
