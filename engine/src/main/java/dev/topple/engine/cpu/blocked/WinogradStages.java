// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;

/**
 * The first and the last stage of Winograd's convolution for one group of tiles and one block of channels: from the
 * source to transformed tiles, and from sums of products to the finished target. A group may run over several rows of
 * tiles, grids and images; neighbours in a row are transformed together.
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
    private final int originY;
    private final int originX;

    WinogradStages(TileKernel kernel, WinogradTransform transform, ConvolutionTask task, Epilogue epilogue,
            WinogradTiles tiles) {
        this.kernel = kernel;
        this.transform = transform;
        this.task = task;
        this.epilogue = epilogue;
        this.tiles = tiles;
        outputTile = tiles.outputTile;
        side = outputTile + 2;
        Geometry g = task.geometry();
        originY = task.backward() ? g.padTop() - 2 * g.dilationH() : -g.padTop();
        originX = task.backward() ? g.padLeft() - 2 * g.dilationW() : -g.padLeft();
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
        int sourceBlocks = Blocks.count(task.sourceChannels());
        int d = tiles.dilation;
        int height = task.sourceHeight();
        int width = task.sourceWidth();
        int end = tiles.start(group + 1);
        int to = v;
        for (int tile = tiles.start(group); tile < end;) {
            int image = tile / tiles.perImage;
            int inImage = tile - image * tiles.perImage;
            int row = tiles.row(inImage);
            int n = Math.min(end - tile, tiles.first(row + 1) - inImage);
            int top = tiles.targetRow(row) + originY;
            int start = tiles.targetColumn(row) + originX + (inImage - tiles.first(row)) * outputTile * d;
            int left = start >= 0 ? 0 : WinogradTiles.ceil(-start, d);
            int right = start >= width ? 0 : WinogradTiles.ceil(width - start, d);
            int plane = xo + (image * sourceBlocks + b) * height * width * W;
            if (top >= 0 && top + (side - 1) * d < height) {
                transform(n, x, plane + (top * width + start) * W, d * width * W, d * W, left, right, scratch, work,
                        to);
            } else {
                int columns = outputTile * n + 2;
                int stage = work + WinogradTransform.WORK;
                int from = Math.min(left, columns);
                int copied = Math.max(0, Math.min(right, columns) - from);
                for (int r = 0; r < side; r++) {
                    int at = stage + (r * columns + from) * W;
                    int sourceRow = top + r * d;
                    if (sourceRow < 0 || sourceRow >= height) {
                        Arrays.fill(scratch, at, at + copied * W, 0f);
                    } else {
                        kernel.gather(copied, x, plane + (sourceRow * width + start + from * d) * W, d, scratch, at);
                    }
                }
                transform(n, scratch, stage, columns * W, W, left, right, scratch, work, to);
            }
            tile += n;
            to += n * W;
        }
    }

    private void transform(int n, float[] from, int at, int rowStep, int columnStep, int left, int right,
            float[] scratch, int work, int to) {
        if (outputTile == 4) {
            transform.input4(n, from, at, rowStep, columnStep, left, right, scratch, work, scratch, to);
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
        int targetBlocks = Blocks.count(task.targetChannels());
        int d = tiles.dilation;
        int height = task.targetHeight();
        int width = task.targetWidth();
        int end = tiles.start(group + 1);
        int from = m;
        int rows = work + WinogradTransform.WORK;
        for (int tile = tiles.start(group); tile < end;) {
            int image = tile / tiles.perImage;
            int inImage = tile - image * tiles.perImage;
            int row = tiles.row(inImage);
            int first = inImage - tiles.first(row);
            int n = Math.min(end - tile, tiles.first(row + 1) - inImage);
            int pitch = outputTile * n * W;
            if (outputTile == 4) {
                transform.output4(n, scratch, from, scratch, work, scratch, rows, pitch);
            } else {
                transform.output2(n, scratch, from, scratch, work, scratch, rows, pitch);
            }
            int pixels = Math.min(outputTile * n, tiles.columns(row) - first * outputTile);
            int column = tiles.targetColumn(row) + first * outputTile * d;
            int plane = (image * targetBlocks + b) * height * width;
            for (int r = 0; r < tiles.rows(row); r++) {
                int at = (plane + (tiles.targetRow(row) + r * d) * width + column) * W;
                epilogue.finish(b, scratch, rows + r * pitch, pixels, y, yo, at, d);
            }
            tile += n;
            from += n * W;
        }
    }
}
