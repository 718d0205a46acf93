// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * How a row of results is cut into tiles, and which of the kernel's columns reach into the source from each: the others
 * meet nothing but padding.
 *
 * @param at the first result of each tile
 * @param pixels the results of each tile; rounded up where there is room, so that the last one may pass the row's end
 * @param first the first column of the kernel that counts
 * @param last after the last column that counts
 */
record DirectTiles(int[] at, int[] pixels, int[] first, int[] last) {

    /** Rounds the pixels of a row up to what tiles of even heights cover. */
    static int rounded(int width) {
        return (width + 1) / 2 * 2;
    }

    /**
     * @param width the results of the row
     * @param exact whether tiles must not pass the end of the row
     */
    static DirectTiles of(DirectPhase phase, int sourceWidth, int width, boolean exact) {
        int covered = exact ? width : rounded(width);
        int[] at = new int[covered];
        int[] pixels = new int[covered];
        int[] first = new int[covered];
        int[] last = new int[covered];
        int count = 0;
        int next;
        for (int x = 0; x < covered; x += next, count++) {
            next = next(covered - x);
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

    /** The pixels of the next tile: 12 as long as what remains can be cut into tiles that are not much lower. */
    private static int next(int left) {
        return switch (left) {
            case 9, 10 -> 6;
            case 13, 14, 15, 16, 21, 22 -> 8;
            default -> Math.min(left, TileKernel.PIXELS);
        };
    }

    private static boolean outside(DirectPhase phase, int sourceWidth, int x, int pixels, int column) {
        int low = x * phase.stepX() + phase.shiftX()[column];
        int high = low + (pixels - 1) * phase.stepX();
        return high < 0 || low >= sourceWidth;
    }

    int count() {
        return at.length;
    }
}
