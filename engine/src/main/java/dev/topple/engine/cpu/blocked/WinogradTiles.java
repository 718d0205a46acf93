// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;

/**
 * How a batch of targets is cut into tiles: the rows and the columns each for themselves, see {@link WinogradAxis}.
 * Tiles are numbered through the batch: image by image, row of tiles by row of tiles.
 */
final class WinogradTiles {

    final int outputTile;
    final WinogradAxis rows;
    final WinogradAxis columns;
    /** Tiles of one image. */
    final int perImage;
    /** Tiles of all images. */
    final int count;
    /** Groups of {@link TileKernel#PIXELS} tiles, in order; the last may have fewer. */
    final int groups;

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
    }

    static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** The first tile of a group; of the number of groups: the number of tiles. */
    int start(int group) {
        return Math.min(count, group * TileKernel.PIXELS);
    }
}
