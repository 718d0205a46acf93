// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;

/**
 * How a batch of targets is cut into tiles: the rows and the columns each for themselves, see {@link WinogradAxis}.
 *
 * <p>Tiles have up to four kinds, by the sizes of their rows and columns. They are numbered kind by kind through the
 * batch, within a kind image by image, row of tiles by row of tiles. A tile of fewer rows has no first row of points,
 * one of fewer columns no first column. The kinds follow each other such that for each point the tiles that have it are
 * neighbours: small rows, all large, small columns, both small.
 */
final class WinogradTiles {

    private static final int KINDS = 4;

    final int outputTile;
    final WinogradAxis rows;
    final WinogradAxis columns;
    /** Tiles of one image. */
    final int perImage;
    /** Tiles of all images. */
    final int count;
    /** Groups of {@link TileKernel#PIXELS} tiles, in order; the last may have fewer. */
    final int groups;

    private final int[] kinds = new int[KINDS + 1];

    WinogradTiles(int outputTile, ConvolutionTask task) {
        this.outputTile = outputTile;
        Geometry g = task.geometry();
        int top = task.backward() ? g.padTop() - 2 * g.dilationH() : -g.padTop();
        int left = task.backward() ? g.padLeft() - 2 * g.dilationW() : -g.padLeft();
        rows = new WinogradAxis(outputTile, g.dilationH(), top, task.sourceHeight(), task.targetHeight());
        columns = new WinogradAxis(outputTile, g.dilationW(), left, task.sourceWidth(), task.targetWidth());
        perImage = Math.multiplyExact(rows.tiles, columns.tiles);
        count = Math.multiplyExact(task.images(), perImage);
        groups = ceil(count, TileKernel.PIXELS);
        for (int kind = 0; kind < KINDS; kind++) {
            kinds[kind + 1] = kinds[kind] + task.images() * rowsOf(kind) * columnsOf(kind);
        }
    }

    static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** The first tile of a group; of the number of groups: the number of tiles. */
    int start(int group) {
        return Math.min(count, group * TileKernel.PIXELS);
    }

    /** A tile's kind. */
    int kind(int tile) {
        int kind = 0;
        while (tile >= kinds[kind + 1]) {
            kind++;
        }
        return kind;
    }

    /** The first tile of a kind; of the number of kinds: the number of tiles. */
    int first(int kind) {
        return kinds[kind];
    }

    private static boolean smallRows(int kind) {
        return kind % (KINDS - 1) == 0;
    }

    private static boolean smallColumns(int kind) {
        return kind >= KINDS / 2;
    }

    /** The rows of tiles of a kind. */
    int rowsOf(int kind) {
        return smallRows(kind) ? rows.tiles - rows.large : rows.large;
    }

    /** The columns of tiles of a kind. */
    int columnsOf(int kind) {
        return smallColumns(kind) ? columns.tiles - columns.large : columns.large;
    }

    /** The first row of tiles of a kind, as {@link #rows} numbers them. */
    int firstRow(int kind) {
        return smallRows(kind) ? rows.large : 0;
    }

    /** The first column of tiles of a kind, as {@link #columns} numbers them. */
    int firstColumn(int kind) {
        return smallColumns(kind) ? columns.large : 0;
    }

    /** The first tile that has a point, which may be no tile at all. */
    int from(int point) {
        return kinds[point < outputTile + 2 ? 1 : 0];
    }

    /** The end of the tiles that have a point. */
    int to(int point) {
        boolean firstRow = point < outputTile + 2;
        boolean firstColumn = point % (outputTile + 2) == 0;
        return kinds[firstColumn ? 2 : firstRow ? 3 : KINDS];
    }
}
