// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * How one axis of a target, its rows or its columns, is cut into tiles of m results, each of which reads m + 2 of the
 * source. With a dilation d the axis is d interleaved grids, each a convolution without dilation. A grid may have tiles
 * of its own, of which the last reaches past its end. Or the grids follow each other on one line, which is cut into
 * tiles regardless of where they end: neighbours share the zeros of their padding, and as a result needs 3 places of
 * the source, a gap of one place keeps those of two grids apart where both are padded by one (none where by two, two
 * where not at all). The line is taken where it has fewer tiles. All of this follows from the shape of one image.
 */
final class WinogradAxis {

    /** Where a tile has no place of the source, which is read as zero, or no result of the target. */
    static final int NONE = -1;

    private static final int KERNEL = 3;

    /** The tiles. */
    final int tiles;

    private final int outputTile;
    private final int dilation;
    private final int origin;
    private final int sourceSize;
    private final int targetSize;
    private final int[] source;
    private final int[] target;
    private final int[] start;
    private final int[] run;
    private final int[] span;

    /**
     * @param origin the place of the source that the first tap of the first result reads; it may lie outside
     * @param sourceSize the places of the source
     * @param targetSize the results
     */
    WinogradAxis(int outputTile, int dilation, int origin, int sourceSize, int targetSize) {
        this.outputTile = outputTile;
        this.dilation = dilation;
        this.origin = origin;
        this.sourceSize = sourceSize;
        this.targetSize = targetSize;
        int joined = WinogradTiles.ceil(length(), outputTile);
        int apart = 0;
        for (int grid = 0; grid < grids(); grid++) {
            apart += WinogradTiles.ceil(size(grid), outputTile);
        }
        tiles = Math.min(joined, apart);
        source = new int[tiles * (outputTile + 2)];
        target = new int[tiles * outputTile];
        start = new int[tiles];
        run = new int[tiles];
        span = new int[target.length];
        Arrays.fill(source, NONE);
        Arrays.fill(target, NONE);
        if (joined < apart) {
            join();
        } else {
            separate();
        }
        findRuns();
    }

    private int grids() {
        return Math.min(dilation, targetSize);
    }

    /** The results of a grid. */
    private int size(int grid) {
        return WinogradTiles.ceil(targetSize - grid, dilation);
    }

    /** What a place of a grid reads, its results' taps numbered through, wherever that lies. */
    private int place(int grid, int i) {
        return origin + grid + i * dilation;
    }

    private int inside(int place) {
        return place >= 0 && place < sourceSize ? place : NONE;
    }

    /** The fewest places between a grid's results and the next one's, such that both read only zeros in common. */
    private int gap(int grid) {
        int common = 0;
        while (common < KERNEL - 1 && apart(grid, common + 1)) {
            common++;
        }
        return KERNEL - 1 - common;
    }

    /** Whether the last places that a grid reads and the first that the next one reads, so many, lie outside. */
    private boolean apart(int grid, int common) {
        int end = size(grid) + KERNEL - 1;
        for (int i = 0; i < common; i++) {
            if (inside(place(grid, end - 1 - i)) != NONE || inside(place(grid + 1, i)) != NONE) {
                return false;
            }
        }
        return true;
    }

    /** The results of all grids on one line, and the gaps. */
    private int length() {
        int length = 0;
        for (int grid = 0; grid < grids(); grid++) {
            length += size(grid) + (grid + 1 < grids() ? gap(grid) : 0);
        }
        return length;
    }

    private void join() {
        int[] line = new int[tiles * outputTile + 2];
        Arrays.fill(line, NONE);
        int first = 0;
        for (int grid = 0; grid < grids(); grid++) {
            for (int i = 0; i < size(grid); i++) {
                target[first + i] = grid + i * dilation;
            }
            for (int i = 0; i < size(grid) + KERNEL - 1; i++) {
                int place = inside(place(grid, i));
                if (place != NONE) {
                    line[first + i] = place;
                }
            }
            first += size(grid) + (grid + 1 < grids() ? gap(grid) : 0);
        }
        int side = outputTile + 2;
        for (int tile = 0; tile < tiles; tile++) {
            System.arraycopy(line, tile * outputTile, source, tile * side, side);
            start[tile] = origin(tile);
        }
    }

    private void separate() {
        int side = outputTile + 2;
        int tile = 0;
        for (int grid = 0; grid < grids(); grid++) {
            for (int first = 0; first < size(grid); first += outputTile) {
                start[tile] = place(grid, first);
                for (int i = 0; i < side; i++) {
                    source[tile * side + i] = inside(place(grid, first + i));
                }
                for (int i = 0; i < Math.min(outputTile, size(grid) - first); i++) {
                    target[tile * outputTile + i] = grid + (first + i) * dilation;
                }
                tile++;
            }
        }
    }

    /** Where a tile of the line would begin if all that it reads were of one grid; anywhere if it reads nothing. */
    private int origin(int tile) {
        int side = outputTile + 2;
        for (int i = 0; i < side; i++) {
            int place = source[tile * side + i];
            if (place != NONE) {
                return place - i * dilation;
            }
        }
        return -side * dilation;
    }

    private void findRuns() {
        for (int tile = tiles - 1; tile >= 0; tile--) {
            if (even(tile)) {
                boolean on = tile + 1 < tiles && run[tile + 1] > 0
                        && start[tile + 1] == start[tile] + outputTile * dilation;
                run[tile] = 1 + (on ? run[tile + 1] : 0);
            }
        }
        for (int i = target.length - 1; i >= 0; i--) {
            if (target[i] != NONE) {
                boolean on = i + 1 < target.length && target[i + 1] == target[i] + dilation;
                span[i] = 1 + (on ? span[i + 1] : 0);
            }
        }
    }

    /** Whether a tile reads one grid, and zeros where that one has ended. */
    private boolean even(int tile) {
        int side = outputTile + 2;
        for (int i = 0; i < side; i++) {
            if (source[tile * side + i] != inside(start[tile] + i * dilation)) {
                return false;
            }
        }
        return true;
    }

    /** The place of the source that a tile reads as its i-th of m + 2, or {@link #NONE}. */
    int source(int tile, int i) {
        return source[tile * (outputTile + 2) + i];
    }

    /** Which result the i-th of the line is, or {@link #NONE}; a tile's results begin at m times its number. */
    int target(int i) {
        return target[i];
    }

    /** How many results from the i-th of the line on are a dilation apart. */
    int span(int i) {
        return span[i];
    }

    /**
     * How many tiles from this one on read places a dilation apart, throughout, and zeros where these lie outside; 0 if
     * it reads several grids.
     */
    int run(int tile) {
        return run[tile];
    }

    /** The first place that a tile of a run reads; it may lie outside. */
    int start(int tile) {
        return start[tile];
    }

    /** Whether all that a tile reads lies inside, a dilation apart. */
    boolean whole(int tile) {
        return run[tile] > 0 && start[tile] >= 0 && start[tile] + (outputTile + 1) * dilation < sourceSize;
    }
}
