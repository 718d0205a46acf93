// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * How one axis of a target, its rows or its columns, is cut into tiles. A tile of m results reads m + 2 places of the
 * source, and as many points are multiplied for it. With a dilation d the axis is d interleaved grids, each a
 * convolution without dilation. The grids follow each other on one line, which is cut into tiles regardless of where
 * they end: neighbours share the zeros of their padding, and as a result needs 3 places of the source, a gap of one
 * place keeps those of two grids apart where both are padded by one (none where by two, two where not at all). A tile
 * may also end before a gap, the next one begin behind it.
 *
 * <p>Where m is 4, a tile may have 3 results instead ({@link WinogradPoints}). The line is cut such that the fewest
 * points are multiplied, and where that is no matter, into the fewest tiles; tiles have two sizes only if that pays.
 * Large tiles are numbered first, each size in the order of the line. All of this follows from the shape of one image.
 */
final class WinogradAxis {

    /** Where a tile has no place of the source, which is read as zero, or no result of the target. */
    static final int NONE = -1;

    private static final int KERNEL = 3;
    /** Of so many points one must be saved by tiles of two sizes, which are transformed in shorter runs. */
    private static final int WORTH = 48;
    /** A weight of a point, in a sum with the number of tiles. */
    private static final int POINT = 1 << 12;

    /** The tiles. */
    final int tiles;
    /** The tiles of m results, which come first; the others have one result less. */
    final int large;
    /** The points of all tiles. */
    final int points;

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
        int length = length();
        int[] places = new int[length + outputTile + 2];
        int[] results = new int[length + outputTile];
        lay(places, results);
        int[] sizes = cut(results, length, outputTile);
        int alike = points(sizes);
        if (outputTile == 4) {
            int[] mixed = cut(results, length, outputTile - 1);
            sizes = points(mixed) * WORTH <= alike * (WORTH - 1) ? mixed : sizes;
        }
        tiles = count(sizes, outputTile) + count(sizes, outputTile - 1);
        large = count(sizes, outputTile);
        points = points(sizes);
        source = new int[tiles * (outputTile + 2)];
        target = new int[first(tiles)];
        start = new int[tiles];
        run = new int[tiles];
        span = new int[target.length];
        int tile = 0;
        for (int size = outputTile; size >= outputTile - 1; size--) {
            for (int at = 0; at < length; at++) {
                if (sizes[at] == size) {
                    System.arraycopy(places, at, source, tile * (outputTile + 2), size + 2);
                    System.arraycopy(results, at, target, first(tile), size);
                    start[tile] = origin(tile);
                    tile++;
                }
            }
        }
        findRuns();
    }

    private int grids() {
        return Math.min(dilation, targetSize);
    }

    /** The results of a grid. */
    private int length(int grid) {
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
        int end = length(grid) + KERNEL - 1;
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
            length += length(grid) + (grid + 1 < grids() ? gap(grid) : 0);
        }
        return length;
    }

    /** The line: what its places read, and what its results are. */
    private void lay(int[] places, int[] results) {
        Arrays.fill(places, NONE);
        Arrays.fill(results, NONE);
        int first = 0;
        for (int grid = 0; grid < grids(); grid++) {
            for (int i = 0; i < length(grid); i++) {
                results[first + i] = grid + i * dilation;
            }
            for (int i = 0; i < length(grid) + KERNEL - 1; i++) {
                int place = inside(place(grid, i));
                if (place != NONE) {
                    places[first + i] = place;
                }
            }
            first += length(grid) + (grid + 1 < grids() ? gap(grid) : 0);
        }
    }

    /** The best cut into tiles of at least so many results: for each place of the line the size of its tile, or 0. */
    private int[] cut(int[] results, int length, int least) {
        long[] cost = new long[length + outputTile];
        int[] size = new int[length];
        for (int at = length - 1; at >= 0; at--) {
            cost[at] = Long.MAX_VALUE;
            for (int m = outputTile; m >= least; m--) {
                long c = cost[at + m] + (long) (m + 2) * POINT + 1;
                if (c < cost[at]) {
                    cost[at] = c;
                    size[at] = m;
                }
            }
            if (results[at] == NONE && cost[at + 1] <= cost[at]) {
                cost[at] = cost[at + 1];
                size[at] = 0;
            }
        }
        int[] sizes = new int[length];
        for (int at = 0; at < length; at += Math.max(1, sizes[at])) {
            sizes[at] = size[at];
        }
        return sizes;
    }

    private static int points(int[] sizes) {
        int points = 0;
        for (int size : sizes) {
            points += size > 0 ? size + 2 : 0;
        }
        return points;
    }

    private static int count(int[] sizes, int wanted) {
        int count = 0;
        for (int size : sizes) {
            count += size == wanted ? 1 : 0;
        }
        return count;
    }

    /** Where a tile would begin if all that it reads were of one grid; anywhere if it reads nothing. */
    private int origin(int tile) {
        for (int i = 0; i < size(tile) + 2; i++) {
            int place = source(tile, i);
            if (place != NONE) {
                return place - i * dilation;
            }
        }
        return -(outputTile + 2) * dilation;
    }

    private void findRuns() {
        for (int tile = tiles - 1; tile >= 0; tile--) {
            if (even(tile)) {
                boolean on = tile + 1 < tiles && tile + 1 != large && run[tile + 1] > 0
                        && start[tile + 1] == start[tile] + size(tile) * dilation;
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
        for (int i = 0; i < size(tile) + 2; i++) {
            if (source(tile, i) != inside(start[tile] + i * dilation)) {
                return false;
            }
        }
        return true;
    }

    /** The results of a tile. */
    int size(int tile) {
        return tile < large ? outputTile : outputTile - 1;
    }

    /** The first result of a tile, the results of all tiles numbered through. */
    int first(int tile) {
        return tile * outputTile - Math.max(0, tile - large);
    }

    /** The place of the source that a tile reads as its i-th, two more than its results, or {@link #NONE}. */
    int source(int tile, int i) {
        return source[tile * (outputTile + 2) + i];
    }

    /** Which result of the target the i-th of all tiles' is, or {@link #NONE}. */
    int target(int i) {
        return target[i];
    }

    /** How many results from the i-th on are a dilation apart. */
    int span(int i) {
        return span[i];
    }

    /**
     * How many tiles of one size from this one on read places a dilation apart, throughout, and zeros where these lie
     * outside; 0 if it reads several grids.
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
        return run[tile] > 0 && start[tile] >= 0 && start[tile] + (size(tile) + 1) * dilation < sourceSize;
    }
}
