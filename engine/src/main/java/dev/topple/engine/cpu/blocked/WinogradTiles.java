// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * How a batch of targets is cut into tiles. With a dilation d an image is d by d interleaved grids, each a convolution
 * without dilation; tiles are cut from these, so that a tile's pixels are d apart. Tiles are numbered through the
 * batch: image by image, row of tiles by row of tiles. A tile may reach past the target's last row or column.
 */
final class WinogradTiles {

    final int outputTile;
    final int dilation;
    /** Tiles of one image. */
    final int perImage;
    /** Tiles of all images. */
    final int count;
    /** Groups of {@link TileKernel#PIXELS} tiles, in order; the last may have fewer. */
    final int groups;

    /** For each row of tiles of an image, its first tile; the last element is {@link #perImage}. */
    private final int[] first;
    private final int[] targetRow;
    private final int[] targetColumn;
    private final int[] rows;
    private final int[] columns;

    WinogradTiles(int outputTile, int dilation, int images, int height, int width) {
        this.outputTile = outputTile;
        this.dilation = dilation;
        int most = 0;
        for (int y = 0; y < Math.min(dilation, height); y++) {
            most += ceil(ceil(height - y, dilation), outputTile) * Math.min(dilation, width);
        }
        first = new int[most + 1];
        targetRow = new int[most];
        targetColumn = new int[most];
        rows = new int[most];
        columns = new int[most];
        int row = 0;
        int tile = 0;
        for (int y = 0; y < Math.min(dilation, height); y++) {
            int gridRows = ceil(height - y, dilation);
            for (int x = 0; x < Math.min(dilation, width); x++) {
                int gridColumns = ceil(width - x, dilation);
                for (int r = 0; r < gridRows; r += outputTile) {
                    first[row] = tile;
                    targetRow[row] = y + r * dilation;
                    targetColumn[row] = x;
                    rows[row] = Math.min(outputTile, gridRows - r);
                    columns[row] = gridColumns;
                    tile += ceil(gridColumns, outputTile);
                    row++;
                }
            }
        }
        first[row] = tile;
        perImage = tile;
        count = Math.multiplyExact(images, tile);
        groups = ceil(count, TileKernel.PIXELS);
    }

    static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** The first tile of a group; of the number of groups: the number of tiles. */
    int start(int group) {
        return Math.min(count, group * TileKernel.PIXELS);
    }

    /** The row of tiles, within its image, that holds a tile of an image. */
    int row(int tile) {
        int found = Arrays.binarySearch(first, tile);
        return found >= 0 ? found : -found - 2;
    }

    /** Where a row of tiles begins among the tiles of its image; of the number of rows: where the last one ends. */
    int first(int row) {
        return first[row];
    }

    /** The row of the target that a row of tiles begins with. */
    int targetRow(int row) {
        return targetRow[row];
    }

    /** The column of the target that a row of tiles begins with. */
    int targetColumn(int row) {
        return targetColumn[row];
    }

    /** How many rows of its grid a row of tiles has: as many as a tile, or fewer at the end. */
    int rows(int row) {
        return rows[row];
    }

    /** How many columns its grid has. */
    int columns(int row) {
        return columns[row];
    }
}
