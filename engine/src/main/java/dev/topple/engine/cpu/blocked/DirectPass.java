// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * Computes one {@link DirectPhase}. An item is a strip of rows of one image, by a run of pairs of target blocks. It
 * goes through the source's channels in runs that leave the weights of a pair of blocks in the first cache while they
 * meet all the tiles of the strip; the sums wait in working memory meanwhile.
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
    /** The row of a plane that is taken as one long row of pixels. */
    private static final int LONG_ROW = 4 * TileKernel.PIXELS;

    private final TileKernel kernel;
    private final ConvolutionTask task;
    private final DirectPhase phase;
    private final Epilogue epilogue;
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
    private final DirectSource source;
    private final int[] offsets;
    private final DirectTiles tiles;
    private final DirectTiles lastTiles;

    DirectPass(TileKernel kernel, ConvolutionTask task, DirectPhase phase, Epilogue epilogue, int packedAt) {
        this.kernel = kernel;
        this.task = task;
        this.phase = phase;
        this.epilogue = epilogue;
        this.packedAt = packedAt;
        groups = task.geometry().groups();
        groupChannels = task.sourceChannels() / groups;
        groupTargets = task.targetChannels() * phase.residues() / groups;
        taps = phase.taps();
        inPlace = task.source() == Form.BLOCKED && phase.pointwise(task);
        int pixels = phase.gridHeight() * phase.gridWidth();
        width = inPlace ? Math.min(LONG_ROW, pixels) : phase.gridWidth();
        height = inPlace ? Math.ceilDiv(pixels, width) : phase.gridHeight();
        lastWidth = inPlace ? pixels - (height - 1) * width : width;
        int sourceWidth = inPlace ? width : task.sourceWidth();
        tiles = DirectTiles.of(phase, sourceWidth, width, inPlace);
        lastTiles = DirectTiles.of(phase, sourceWidth, lastWidth, inPlace);
        int rounded = DirectTiles.rounded(width);
        pitch = rounded * W;
        int span = inPlace || taps == 0 ? 0
                : Math.min(height, Math.abs(phase.shiftY()[0] - phase.shiftY()[phase.shiftY().length - 1]));
        int rows = Math.clamp(Math.max(Math.ceilDiv(STRIP_TILES, tiles.count()), Math.min(2 * span, 8)), 1, height);
        stripRows = Math.ceilDiv(height, Math.ceilDiv(height, rows));
        strips = Math.ceilDiv(height, stripRows);
        chunks = Math.max(1, Math.min(DEPTH / W / Math.max(1, taps), Blocks.count(groupChannels)));
        source = new DirectSource(kernel, task, phase, !inPlace, stripRows, rounded);
        offsets = source.offsets(chunks);

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
        return source.scratch(chunks) + Math.min(2 * pairsPerItem, mostBlocks()) * stripRows * pitch
                + (phase.residues() > 1 ? pitch : 0);
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
            count = chunk(group, c);
            for (int t = 0; t < taps; t++) {
                int a = t / phase.columns().length;
                int b = t % phase.columns().length;
                for (int k = 0; k < count; k++) {
                    int from = groupBase + (c + k) * channelStride;
                    for (int l = 0; l < lanes; l++) {
                        int target = firstTarget + l - group * groupTargets;
                        int tap = target >= 0 && target < groupTargets ? phase.tap(task, target, a, b) : -1;
                        packed[at++] = tap < 0 ? 0f
                                : w[from + target % (task.targetChannels() / groups) * targetStride + tap];
                    }
                }
            }
        }
    }

    /** The channels from channel {@code c} of the group to the end of its block. */
    private int chunk(int group, int c) {
        int channel = group * groupChannels + c;
        return Math.min(W - channel % W, groupChannels - c);
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
        int sums = so + source.scratch(chunks);
        int weights = po + packedAt + groupPacked[group] + pair * 2 * W * groupChannels * taps;
        int count;
        for (int c = 0; c < groupChannels; c += count) {
            int channels = chunk(group, c);
            int run = channels < W ? 1 : Math.min(chunks, (groupChannels - c) / W);
            count = run * channels;
            int channel = group * groupChannels + c;
            int from;
            if (inPlace) {
                from = xo + source.inPlace(image, channel / W, row);
            } else {
                from = so;
                for (int i = 0; i < run; i++) {
                    source.stage(x, xo, image, channel / W + i, row, rows, scratch, so + i * source.scratch(1));
                }
            }
            for (int b = 0; b < blocks; b += 2) {
                int two = Math.min(2, blocks - b);
                int at = weights + b * W * groupChannels * taps + c * taps * two * W;
                strip(row, rows, run, channels, inPlace ? x : scratch, from + channel % W, packed, at, two, scratch,
                        sums + b * stripRows * pitch, c > 0);
            }
        }
        finish(group, firstTargetBlock(group) + 2 * pair, blocks, image, row, rows, scratch, sums, y, yo);
    }

    /** One run of channels of all tiles of a strip for one pair of target blocks. */
    private void strip(int row, int rows, int run, int channels, float[] x, int xo, float[] w, int wo, int two,
            float[] c, int co, boolean add) {
        int down = phase.rows().length;
        for (int r = 0; r < rows; r++) {
            int first = 0;
            while (first < down && padding(row + r, first)) {
                first++;
            }
            int last = down;
            while (last > first && padding(row + r, last - 1)) {
                last--;
            }
            DirectTiles cut = row + r == height - 1 ? lastTiles : tiles;
            int from = xo + r * source.rowPitch();
            int to = co + r * pitch;
            for (int i = 0; i < cut.count(); i++) {
                tile(cut, i, first, last, run, channels, x, from + cut.at()[i] * W, w, wo, two, c,
                        to + cut.at()[i] * W, add);
            }
        }
    }

    private boolean padding(int row, int tapRow) {
        int from = row * phase.stepY() + phase.shiftY()[tapRow];
        return !inPlace && (from < 0 || from >= task.sourceHeight());
    }

    private void tile(DirectTiles cut, int i, int firstRow, int lastRow, int run, int channels, float[] x, int xo,
            float[] w, int wo, int two, float[] c, int co, boolean add) {
        int pixels = cut.pixels()[i];
        int firstColumn = cut.first()[i];
        int lastColumn = cut.last()[i];
        int across = phase.columns().length;
        int rise = stripRows * pitch;
        boolean allColumns = firstColumn == 0 && lastColumn == across;
        if (allColumns && lastRow - firstRow == phase.rows().length) {
            kernel.multiply(pixels, run * taps, offsets, 0, channels, x, xo, w, wo, two, c, co, rise, add);
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

    private void finish(int group, int firstBlock, int blocks, int image, int row, int rows, float[] sums, int so,
            float[] y, int yo) {
        if (phase.residues() > 1) {
            finishResidues(image, row, rows, sums, so, y, yo);
            return;
        }
        int plane = task.targetHeight() * task.targetWidth();
        int targetWidth = inPlace ? width : task.targetWidth();
        for (int b = 0; b < blocks; b++) {
            int block = firstBlock + b;
            int from = Math.max(0, group * groupTargets - block * W);
            int to = Math.min(W, (group + 1) * groupTargets - block * W);
            boolean whole = from == 0 && (to == W || block == Blocks.count(task.targetChannels()) - 1);
            for (int r = 0; r < rows; r++) {
                int pixels = row + r == height - 1 ? lastWidth : width;
                int v = so + (b * stripRows + r) * pitch;
                int at = (phase.outY() + (row + r) * phase.outStepY()) * targetWidth + phase.outX();
                if (task.target() == Form.PLAIN) {
                    epilogue.finishPlain(block, from, to, sums, v, pixels, y, yo,
                            (image * task.targetChannels() + block * W) * plane + at, plane, phase.outStepX());
                } else {
                    int index = ((image * Blocks.count(task.targetChannels()) + block) * plane + at) * W;
                    if (whole) {
                        epilogue.finish(block, sums, v, pixels, y, yo, index, phase.outStepX());
                    } else {
                        epilogue.finishLanes(block, from, to, sums, v, pixels, y, yo, index, phase.outStepX());
                    }
                }
            }
        }
    }

    /** For results of several residues side by side: each in turn is moved to the first lanes. */
    private void finishResidues(int image, int row, int rows, float[] sums, int so, float[] y, int yo) {
        int channels = task.targetChannels();
        int plane = task.targetHeight() * task.targetWidth();
        for (int residue = 0; residue < phase.residues(); residue++) {
            int down = residue / phase.outStepX();
            int right = residue % phase.outStepX();
            int pixels = Math.ceilDiv(task.targetWidth() - right, phase.outStepX());
            for (int r = 0; r < rows; r++) {
                int to = (row + r) * phase.outStepY() + down;
                if (to >= task.targetHeight()) {
                    continue;
                }
                int v = so + stripRows * pitch;
                lanes(sums, so + r * pitch + residue * channels, channels, pixels, sums, v);
                int at = to * task.targetWidth() + right;
                if (task.target() == Form.PLAIN) {
                    epilogue.finishPlain(0, 0, channels, sums, v, pixels, y, yo, image * channels * plane + at, plane,
                            phase.outStepX());
                } else {
                    epilogue.finish(0, sums, v, pixels, y, yo, (image * plane + at) * W, phase.outStepX());
                }
            }
        }
    }

    private static void lanes(float[] v, int vo, int count, int pixels, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            for (int l = 0; l < count; l++) {
                y[yo + p * W + l] = v[vo + p * W + l];
            }
        }
    }
}
