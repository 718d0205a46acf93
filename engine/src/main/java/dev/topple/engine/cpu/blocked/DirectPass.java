// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * Computes one {@link DirectPhase}. An item is a strip of rows of one image, by a run of pairs of target blocks. It
 * goes through the source's channels in runs that leave the weights of a pair of blocks in the first cache while they
 * meet all the tiles of the strip; the sums wait in working memory meanwhile. With the last run, each row is finished
 * while it is in the first cache.
 */
final class DirectPass {

    private static final int W = Blocks.WIDTH;

    /** About how many products make a chain and share a visit to a tile: 288 by two blocks are 36 KiB of weights. */
    private static final int DEPTH = 288;
    /** How many tiles a strip should have, so that fetching the weights is nothing beside using them. */
    private static final int STRIP_TILES = 24;
    /** The most target blocks of an item, so that its sums stay in the second cache. */
    private static final int ITEM_BLOCKS = 32;
    /** Items that an image should have at least, so that several threads find work. */
    private static final int ITEMS = 12;
    /** The rows of a plane that is taken as one long row of pixels; the last takes the rest, too. */
    private static final int LONG_ROW = 4 * TileKernel.PIXELS;

    private final TileKernel kernel;
    private final ConvolutionTask task;
    private final DirectPhase phase;
    private final int packedAt;

    private final int groups;
    private final int groupChannels;
    private final int groupTargets;
    private final int taps;
    private final boolean inPlace;
    private final int height;
    private final int width;
    private final int lastWidth;
    private final int pitch;
    private final int stripRows;
    private final int strips;
    private final int chunks;
    private final int pairsPerItem;
    private final int[] groupItems;
    private final int[] groupPacked;
    private final int[] weightTaps;
    private final DirectRuns runs;
    /** Whether one run takes all channels, so that no sums wait. */
    private final boolean once;
    private final DirectSource source;
    private final DirectTarget target;
    private final int[] offsets;
    private final int[][] stepOffsets;
    private final DirectTiles tiles;
    private final DirectTiles lastTiles;
    private final DirectTail tail;
    private final DirectTail highTail;

    DirectPass(TileKernel kernel, ConvolutionTask task, DirectPhase phase, Epilogue epilogue, int packedAt) {
        this.kernel = kernel;
        this.task = task;
        this.phase = phase;
        this.packedAt = packedAt;
        groups = task.geometry().groups();
        groupChannels = task.sourceChannels() / groups;
        groupTargets = task.targetChannels() * phase.residues() / groups;
        taps = phase.taps();
        inPlace = task.source() == Form.BLOCKED && phase.pointwise(task);
        int pixels = phase.gridHeight() * phase.gridWidth();
        width = inPlace ? Math.min(LONG_ROW, pixels) : phase.gridWidth();
        height = inPlace ? Math.max(1, pixels / width) : phase.gridHeight();
        lastWidth = inPlace ? pixels - (height - 1) * width : width;
        int sourceWidth = inPlace ? width : task.sourceWidth();
        tiles = DirectTiles.of(phase, sourceWidth, width);
        lastTiles = DirectTiles.of(phase, sourceWidth, lastWidth);
        int high = Math.ceilDiv(lastWidth, TileKernel.PIXELS) * TileKernel.PIXELS;
        pitch = Math.max(Math.max(tiles.covered(), lastTiles.covered()), inPlace ? high : 0) * W;
        int span = inPlace || taps == 0 ? 0
                : Math.min(height, Math.abs(phase.shiftY()[0] - phase.shiftY()[phase.shiftY().length - 1]));
        int rows = Math.clamp(Math.max(Math.ceilDiv(STRIP_TILES, tiles.count()), Math.min(2 * span, 8)), 1, height);
        stripRows = Math.ceilDiv(height, Math.ceilDiv(height, rows));
        strips = Math.ceilDiv(height, stripRows);
        chunks = Math.max(1, Math.min(DEPTH / W / Math.max(1, taps), Blocks.count(groupChannels)));
        weightTaps = new int[phase.residues() == 1 ? taps : 0];
        Arrays.setAll(weightTaps,
                t -> phase.tap(task, 0, t / phase.columns().length, t % phase.columns().length));
        source = new DirectSource(kernel, task, phase, !inPlace, stripRows, inPlace ? width : tiles.covered());
        offsets = source.offsets(chunks);
        target = new DirectTarget(task, phase, epilogue, groupTargets, inPlace ? width : task.targetWidth());
        runs = new DirectRuns(groups, groupChannels, chunks, taps == 1);
        once = runs.once();
        tail = new DirectTail(lastTiles.at()[lastTiles.count() - 1], lastWidth, inPlace ? chunks : 0);
        highTail = new DirectTail(high - TileKernel.PIXELS, lastWidth, inPlace ? chunks : 0);
        stepOffsets = DirectTail.offsets(taps == 1 ? chunks : 0, source.blockPitch());

        groupItems = new int[groups + 1];
        groupPacked = new int[groups + 1];
        int wanted = Math.ceilDiv(ITEMS, strips * groups);
        int pairs = Math.ceilDiv(targetBlocks(0), 2);
        pairsPerItem = Math.clamp(pairs / wanted, 1, ITEM_BLOCKS / 2);
        for (int g = 0; g < groups; g++) {
            int itemsOfGroup = Math.ceilDiv(Math.ceilDiv(targetBlocks(g), 2), pairsPerItem) * strips;
            groupItems[g + 1] = groupItems[g] + itemsOfGroup;
            groupPacked[g + 1] = groupPacked[g] + targetBlocks(g) * groupChannels * taps * W;
        }
    }

    private int firstTargetBlock(int group) {
        return group * groupTargets / W;
    }

    private int targetBlocks(int group) {
        return ((group + 1) * groupTargets - 1) / W - firstTargetBlock(group) + 1;
    }

    int itemsPerImage() {
        return groupItems[groups];
    }

    int packedSize() {
        return groupPacked[groups];
    }

    int scratch() {
        return staged() + sums() + (phase.residues() > 1 ? pitch : 0);
    }

    /** The floats of the staged source, or of the tail of one that is read in place. */
    private int staged() {
        return inPlace ? 2 * DirectTail.scratch(chunks) : source.scratch(chunks);
    }

    /** The floats of the sums: of all rows of an item, or of one row of a pair of blocks. */
    private int sums() {
        return once ? 2 * pitch : Math.min(2 * pairsPerItem, mostBlocks()) * stripRows * pitch;
    }

    private int mostBlocks() {
        int most = 0;
        for (int g = 0; g < groups; g++) {
            most = Math.max(most, targetBlocks(g));
        }
        return most;
    }

    /** The number of parts into which packing can be divided. */
    int packItems() {
        int items = 0;
        for (int g = 0; g < groups; g++) {
            items += Math.ceilDiv(targetBlocks(g), 2);
        }
        return items;
    }

    /**
     * Packs the weights of one pair of target blocks: {@code [chunk of channels][tap][channel][blocks * 16]}, 0 in the
     * lanes that are not of the group.
     */
    void pack(int item, float[] w, int wo, float[] packed, int po) {
        int group = 0;
        int pair = item;
        while (pair >= Math.ceilDiv(targetBlocks(group), 2)) {
            pair -= Math.ceilDiv(targetBlocks(group), 2);
            group++;
        }
        int blocks = Math.min(2, targetBlocks(group) - 2 * pair);
        int lanes = blocks * W;
        int firstTarget = (firstTargetBlock(group) + 2 * pair) * W;
        int at = po + packedAt + groupPacked[group] + pair * 2 * W * groupChannels * taps;
        int plane = task.kernelHeight() * task.kernelWidth();
        // Element (out channel, in channel of the group, tap) of the forward convolution's weight.
        int inChannels = task.inChannels() / groups;
        int targetStride = task.backward() ? plane : inChannels * plane;
        int channelStride = task.backward() ? inChannels * plane : plane;
        int groupBase = wo + group * (task.outChannels() / groups) * inChannels * plane;
        int count;
        for (int c = 0; c < groupChannels; c += count) {
            count = runs.ofBlock(group, c);
            int from = groupBase + c * channelStride;
            if (phase.residues() == 1) {
                int first = Math.max(0, group * groupTargets - firstTarget);
                int last = Math.min(lanes, (group + 1) * groupTargets - firstTarget);
                DirectWeights.pack(w, from + (firstTarget + first - group * groupTargets) * targetStride, count,
                        channelStride, targetStride, weightTaps, first, last, lanes, packed, at);
            } else {
                packResidues(count, firstTarget, lanes, w, from, channelStride, targetStride, packed, at);
            }
            at += taps * count * lanes;
        }
    }

    /** The lanes of several residues: each has taps of its own. */
    private void packResidues(int count, int firstTarget, int lanes, float[] w, int wo, int channelStride,
            int targetStride, float[] packed, int po) {
        int at = po;
        for (int t = 0; t < taps; t++) {
            int a = t / phase.columns().length;
            int b = t % phase.columns().length;
            for (int k = 0; k < count; k++) {
                for (int l = 0; l < lanes; l++) {
                    int target = firstTarget + l;
                    int tap = target < groupTargets ? phase.tap(task, target, a, b) : -1;
                    packed[at++] = tap < 0 ? 0f
                            : w[wo + k * channelStride + target % task.targetChannels() * targetStride + tap];
                }
            }
        }
    }

    /** Does an item of one image. */
    void item(int item, int image, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
            int so) {
        int group = 0;
        while (item >= groupItems[group + 1]) {
            group++;
        }
        int rest = item - groupItems[group];
        int row = rest % strips * stripRows;
        int pair = rest / strips * pairsPerItem;
        int rows = Math.min(stripRows, height - row);
        int blocks = Math.min(2 * pairsPerItem, targetBlocks(group) - 2 * pair);
        int firstBlock = firstTargetBlock(group) + 2 * pair;
        int sums = so + staged();
        int weights = po + packedAt + groupPacked[group] + pair * 2 * W * groupChannels * taps;
        int rise = once ? pitch : stripRows * pitch;
        int count;
        for (int c = 0; c < groupChannels; c += count) {
            count = runs.count(group, c);
            int channel = group * groupChannels + c;
            int from = inPlace ? xo + source.inPlace(image, channel / W, row)
                    : stage(channel, count, image, row, rows, x, xo, scratch, so);
            if (inPlace && row + rows == height) {
                int lastRow = from + (rows - 1) * source.rowPitch();
                tail.copy(x, lastRow, Blocks.count(count), source.blockPitch(), scratch, so);
                highTail.copy(x, lastRow, Blocks.count(count), source.blockPitch(), scratch,
                        so + DirectTail.scratch(chunks));
            }
            int step = runs.step(count);
            int run = count / step;
            for (int b = 0; b < blocks; b += 2) {
                int two = Math.min(2, blocks - b);
                int at = weights + b * W * groupChannels * taps + c * taps * two * W;
                int to = sums + (once ? 0 : b * rise);
                for (int r = 0; r < rows; r++) {
                    int v = to + (once ? 0 : r * pitch);
                    if (inPlace) {
                        row(row + r, run, step, x, from + r * source.rowPitch() + channel % W, packed, at, two,
                                scratch, v, rise, so + channel % W, c > 0);
                    } else {
                        row(row + r, run, step, scratch, from + r * source.rowPitch() + channel % W, packed, at, two,
                                scratch, v, rise, c > 0);
                    }
                    for (int i = 0; i < two && c + count == groupChannels; i++) {
                        int pixels = row + r == height - 1 ? lastWidth : width;
                        target.finish(group, firstBlock + b + i, image, row + r, pixels, scratch, v + i * rise,
                                sums + sums(), y, yo);
                    }
                }
            }
        }
    }

    /** Stages the blocks of a run; gives where. */
    private int stage(int channel, int count, int image, int row, int rows, float[] x, int xo, float[] y, int yo) {
        for (int i = 0; i < Blocks.count(count); i++) {
            source.stage(x, xo, image, channel / W + i, row, rows, y, yo + i * source.scratch(1));
        }
        return yo;
    }

    /** A run of channels of a row that is read in place, for one pair of target blocks. */
    private void row(int row, int taps, int step, float[] x, int xo, float[] w, int wo, int two, float[] c, int co,
            int rise, int copy, boolean add) {
        boolean last = row == height - 1;
        if (two == 1 && step % 2 == 0) {
            highRow(last ? lastWidth : width, taps, step, x, xo, w, wo, c, co, copy + DirectTail.scratch(chunks), add);
            return;
        }
        DirectTiles cut = last ? lastTiles : tiles;
        int whole = last && tail.needed() ? cut.count() - 1 : cut.count();
        int[] of = DirectTail.of(stepOffsets, step);
        for (int i = 0; i < whole; i++) {
            int at = cut.at()[i] * W;
            kernel.multiply(cut.pixels()[i], taps, of, 0, step, x, xo + at, w, wo, two, c, co + at, rise, add);
        }
        if (whole < cut.count()) {
            int at = cut.at()[whole] * W;
            kernel.multiply(cut.pixels()[whole], taps, tail.offsets(step), 0, step, c, copy, w, wo, two, c, co + at,
                    rise, add);
        }
    }

    /**
     * The same for a single block, by high tiles alone: few images have one, and a lower tile at the end of each would
     * be called so seldom that the JVM leaves it uncompiled.
     */
    private void highRow(int pixels, int taps, int step, float[] x, int xo, float[] w, int wo, float[] c, int co,
            int copy, boolean add) {
        int high = TileKernel.PIXELS;
        int at = 0;
        for (; at + high <= pixels; at += high) {
            kernel.multiply(high, taps, DirectTail.of(stepOffsets, step), 0, step, x, xo + at * W, w, wo, 1, c,
                    co + at * W, 0, add);
        }
        if (at < pixels) {
            kernel.multiply(high, taps, highTail.offsets(step), 0, step, c, copy, w, wo, 1, c, co + at * W, 0, add);
        }
    }

    /** A run of channels of a row that was staged, for one pair of target blocks. */
    private void row(int row, int run, int step, float[] x, int xo, float[] w, int wo, int two, float[] c, int co,
            int rise, boolean add) {
        int down = phase.rows().length;
        int first = 0;
        while (first < down && padding(row, first)) {
            first++;
        }
        int last = down;
        while (last > first && padding(row, last - 1)) {
            last--;
        }
        for (int i = 0; i < tiles.count(); i++) {
            int at = tiles.at()[i] * W;
            tile(i, first, last, run, step, x, xo + at, w, wo, two, c, co + at, rise, add);
        }
    }

    private boolean padding(int row, int tapRow) {
        int from = row * phase.stepY() + phase.shiftY()[tapRow];
        return from < 0 || from >= task.sourceHeight();
    }

    private void tile(int i, int firstRow, int lastRow, int run, int channels, float[] x, int xo, float[] w, int wo,
            int two, float[] c, int co, int rise, boolean add) {
        int pixels = tiles.pixels()[i];
        int firstColumn = tiles.first()[i];
        int lastColumn = tiles.last()[i];
        int across = phase.columns().length;
        boolean allColumns = firstColumn == 0 && lastColumn == across;
        if (allColumns && lastRow - firstRow == phase.rows().length) {
            int[] of = taps == 1 ? DirectTail.of(stepOffsets, channels) : offsets;
            kernel.multiply(pixels, run * taps, of, 0, channels, x, xo, w, wo, two, c, co, rise, add);
            return;
        }
        boolean started = add;
        if (firstRow < lastRow && firstColumn < lastColumn) {
            int step = channels * two * W;
            for (int chunk = 0; chunk < run; chunk++) {
                if (allColumns) {
                    int tap = chunk * taps + firstRow * across;
                    kernel.multiply(pixels, (lastRow - firstRow) * across, offsets, tap, channels, x, xo, w,
                            wo + tap * step, two, c, co, rise, started);
                    started = true;
                    continue;
                }
                for (int a = firstRow; a < lastRow; a++) {
                    int tap = chunk * taps + a * across + firstColumn;
                    kernel.multiply(pixels, lastColumn - firstColumn, offsets, tap, channels, x, xo, w,
                            wo + tap * step, two, c, co, rise, started);
                    started = true;
                }
            }
        }
        if (!started) {
            PlainTileKernel.clear(pixels, two, c, co, rise, false);
        }
    }
}
