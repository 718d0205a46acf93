// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * The first and the last stage of Winograd's convolution for one group of tiles and one block of channels: from the
 * source to transformed tiles, and from sums of products to the finished target. A group may run over several rows of
 * tiles and images; neighbours in a row are transformed together, where they read one of the interleaved grids.
 */
final class WinogradStages {

    private static final int W = Blocks.WIDTH;

    private final TileKernel kernel;
    private final WinogradTransform transform;
    private final ConvolutionTask task;
    private final Epilogue epilogue;
    private final WinogradTiles tiles;
    private final int outputTile;
    private final int side;
    private final int dilation;
    private final int sourceBlocks;
    private final int targetBlocks;

    WinogradStages(TileKernel kernel, WinogradTransform transform, ConvolutionTask task, Epilogue epilogue,
            WinogradTiles tiles) {
        this.kernel = kernel;
        this.transform = transform;
        this.task = task;
        this.epilogue = epilogue;
        this.tiles = tiles;
        outputTile = tiles.outputTile;
        side = outputTile + 2;
        dilation = task.geometry().dilationH();
        sourceBlocks = Blocks.count(task.sourceChannels());
        targetBlocks = Blocks.count(task.targetChannels());
    }

    /** The floats to work in: the transforms' own, then staged tiles or finished rows. */
    int work() {
        return WinogradTransform.WORK + side * (outputTile * TileKernel.PIXELS + 2) * W;
    }

    /**
     * Transforms one block of channels of a group of tiles.
     *
     * @param scratch holds the work space at {@code work} and the transformed tiles at {@code v}
     */
    void input(int group, int b, float[] x, int xo, float[] scratch, int work, int v) {
        int size = task.sourceHeight() * task.sourceWidth() * W;
        int end = tiles.start(group + 1);
        int to = v;
        int n;
        for (int tile = tiles.start(group); tile < end; tile += n) {
            int kind = tiles.kind(tile);
            int line = (tile - tiles.first(kind)) / tiles.columnsOf(kind);
            int image = line / tiles.rowsOf(kind);
            int row = tiles.firstRow(kind) + line - image * tiles.rowsOf(kind);
            int column = tiles.firstColumn(kind) + tile - tiles.first(kind) - line * tiles.columnsOf(kind);
            n = Math.min(end - tile, tiles.columns.run(column));
            int plane = xo + (image * sourceBlocks + b) * size;
            if (n > 0) {
                even(row, column, n, x, plane, scratch, work, to);
            } else {
                n = 1;
                uneven(row, column, x, plane, scratch, work, to);
            }
            to += n * W;
        }
    }

    /** Neighbouring tiles whose columns are a dilation apart throughout. */
    private void even(int row, int column, int n, float[] x, int plane, float[] scratch, int work, int to) {
        int d = dilation;
        int width = task.sourceWidth();
        int start = tiles.columns.start(column);
        int left = start >= 0 ? 0 : WinogradTiles.ceil(-start, d);
        int right = start >= width ? 0 : WinogradTiles.ceil(width - start, d);
        if (tiles.rows.whole(row)) {
            int top = tiles.rows.start(row);
            transform(row, column, n, x, plane + (top * width + start) * W, d * width * W, d * W, left, right, scratch,
                    work, to);
            return;
        }
        int columns = tiles.columns.size(column) * n + 2;
        int stage = work + WinogradTransform.WORK;
        int from = Math.min(left, columns);
        int copied = Math.max(0, Math.min(right, columns) - from);
        for (int r = 0; r < tiles.rows.size(row) + 2; r++) {
            int at = stage + (r * columns + from) * W;
            int sourceRow = tiles.rows.source(row, r);
            if (sourceRow == WinogradAxis.NONE) {
                Arrays.fill(scratch, at, at + copied * W, 0f);
            } else {
                kernel.gather(copied, x, plane + (sourceRow * width + start + from * d) * W, d, scratch, at);
            }
        }
        transform(row, column, n, scratch, stage, columns * W, W, left, right, scratch, work, to);
    }

    /** A tile whose columns are those of several grids. */
    private void uneven(int row, int column, float[] x, int plane, float[] scratch, int work, int to) {
        int width = task.sourceWidth();
        int stage = work + WinogradTransform.WORK;
        for (int r = 0; r < tiles.rows.size(row) + 2; r++) {
            int sourceRow = tiles.rows.source(row, r);
            for (int c = 0; c < tiles.columns.size(column) + 2; c++) {
                int sourceColumn = tiles.columns.source(column, c);
                int at = stage + (r * side + c) * W;
                if (sourceRow == WinogradAxis.NONE || sourceColumn == WinogradAxis.NONE) {
                    Arrays.fill(scratch, at, at + W, 0f);
                } else {
                    kernel.gather(1, x, plane + (sourceRow * width + sourceColumn) * W, 1, scratch, at);
                }
            }
        }
        transform(row, column, 1, scratch, stage, side * W, W, 0, side, scratch, work, to);
    }

    private void transform(int row, int column, int n, float[] from, int at, int rowStep, int columnStep, int left,
            int right, float[] scratch, int work, int to) {
        if (outputTile == 4) {
            int rows = tiles.rows.size(row);
            int columns = tiles.columns.size(column);
            transform.input4(rows, columns, n, from, at, rowStep, columnStep, left, right, scratch, work, scratch,
                    to);
        } else {
            transform.input2(n, from, at, rowStep, columnStep, left, right, scratch, work, scratch, to);
        }
    }

    /**
     * Transforms one block of channels of a group of tiles back, and finishes its pixels.
     *
     * @param scratch holds the work space at {@code work} and the sums of products at {@code m}
     */
    void output(int group, int b, float[] y, int yo, float[] scratch, int work, int m) {
        int size = task.targetHeight() * task.targetWidth();
        int end = tiles.start(group + 1);
        int from = m;
        int rows = work + WinogradTransform.WORK;
        int n;
        for (int tile = tiles.start(group); tile < end; tile += n) {
            int kind = tiles.kind(tile);
            int line = (tile - tiles.first(kind)) / tiles.columnsOf(kind);
            int image = line / tiles.rowsOf(kind);
            int row = tiles.firstRow(kind) + line - image * tiles.rowsOf(kind);
            int inLine = tile - tiles.first(kind) - line * tiles.columnsOf(kind);
            int column = tiles.firstColumn(kind) + inLine;
            n = Math.min(end - tile, tiles.columnsOf(kind) - inLine);
            int rowsOfTile = tiles.rows.size(row);
            int columnsOfTile = tiles.columns.size(column);
            int pitch = columnsOfTile * n * W;
            if (outputTile == 4) {
                transform.output4(rowsOfTile, columnsOfTile, n, scratch, from, scratch, work, scratch, rows, pitch);
            } else {
                transform.output2(n, scratch, from, scratch, work, scratch, rows, pitch);
            }
            for (int r = 0; r < rowsOfTile; r++) {
                int targetRow = tiles.rows.target(tiles.rows.first(row) + r);
                if (targetRow != WinogradAxis.NONE) {
                    int at = (image * targetBlocks + b) * size + targetRow * task.targetWidth();
                    finish(b, tiles.columns.first(column), n * columnsOfTile, scratch, rows + r * pitch, y, yo, at);
                }
            }
            from += n * W;
        }
    }

    /** Some results of a row, from one of the line of columns on: runs of them, between which are gaps. */
    private void finish(int b, int first, int count, float[] v, int vo, float[] y, int yo, int line) {
        int step;
        for (int i = 0; i < count; i += step) {
            step = Math.min(count - i, tiles.columns.span(first + i));
            if (step == 0) {
                step = 1;
            } else {
                int at = (line + tiles.columns.target(first + i)) * W;
                epilogue.finish(b, v, vo + i * W, step, y, yo, at, dilation);
            }
        }
    }
}
