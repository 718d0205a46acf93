// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;

/**
 * Weight gradients by tiles of image channels by result channels that grow over the pixels of a strip, tap by tap. A
 * strip is a few rows of an image, or some whole images where these are small. A tap visits only the pixels whose
 * source lies within the image.
 *
 * <p>An image in blocks is read where it lies. A plain one is copied into blocks first, or, with few channels, to
 * {@code [row][column][channel]} with padded rows: the taps of a kernel's row are neighbours then and fill a tile
 * together. Groups that are smaller than a block are taken several at a time, as if they were one, and what lies
 * between two of them is dropped; where they still are no multiple of a block, their channels are gathered group by
 * group.
 */
final class DenseWeightGradient implements WeightGradient {

    private static final int W = Blocks.WIDTH;
    /** Pixels of a strip: image, gradient and sums of a tile's neighbours share the first cache. */
    private static final int STRIP = 192;
    /** Work items to have at least, if need be by summing shares of the batch apart. */
    private static final int ITEMS = 32;
    /** Taps by blocks of image channels that one item serves for the gradient that it reads. */
    private static final int TAPS = 12;
    /** Up to so many channels, a plain image is interleaved instead of blocked. */
    private static final int FEW = 8;

    private static final float[] NONE = new float[0];

    private final WeightTile tile;
    private final ConvolutionTask task;
    private final Geometry geometry;
    private final boolean interleaved;
    private final GroupedBlocks image;
    private final GroupedBlocks gradient;
    private final TapRange rows;
    private final TapRange columns;
    private final int groups;
    private final int merged;
    private final int channels;
    private final int outputs;
    private final int taps;
    private final int tapColumns;
    private final int rowPitch;
    private final int stagedWidth;
    private final int pairs;
    private final int stages;
    private final int stagesPerItem;
    private final int itemsPerPair;
    private final int strips;
    private final int stripHeight;
    private final int together;
    private final int units;
    private final int shares;
    private final int unit;
    private final int sumSize;
    private final int imageSize;
    private final int gradientSize;

    private final Work interleave = this::interleave;
    private final Work gatherImage = this::gatherImage;
    private final Work gatherGradient = this::gatherGradient;
    private final Work sum = this::sum;
    private final Work fold = this::fold;

    private float[] x = NONE;
    private int xo;
    private float[] g = NONE;
    private int go;
    private float[] dw = NONE;
    private int dwo;
    private float[] scratch = NONE;
    private int so;
    private float[] source = NONE;
    private int sourceAt;
    private float[] result = NONE;
    private int resultAt;

    DenseWeightGradient(Simd simd, ConvolutionTask task) {
        this.task = task;
        tile = WeightTile.of(simd);
        geometry = task.geometry();
        merged = merged(geometry.groups(), task.sourceChannels() / geometry.groups(),
                task.targetChannels() / geometry.groups());
        groups = geometry.groups() / merged;
        channels = task.sourceChannels() / groups;
        outputs = task.targetChannels() / groups;
        image = new GroupedBlocks(task.source(), task.images(), groups, channels,
                task.sourceHeight() * task.sourceWidth());
        gradient = new GroupedBlocks(task.target(), task.images(), groups, outputs,
                task.targetHeight() * task.targetWidth());
        interleaved = task.source() == Form.PLAIN && geometry.groups() == 1 && channels <= FEW;
        rows = new TapRange(task.kernelHeight(), geometry.strideH(), geometry.padTop(), geometry.dilationH(),
                task.sourceHeight(), task.targetHeight());
        columns = new TapRange(task.kernelWidth(), geometry.strideW(), geometry.padLeft(), geometry.dilationW(),
                task.sourceWidth(), task.targetWidth());
        // Interleaved and undilated, a whole row of the kernel is one run of neighbours.
        tapColumns = interleaved && geometry.dilationW() == 1 ? 1 : task.kernelWidth();
        taps = task.kernelHeight() * tapColumns;
        int run = tapRows(0);
        rowPitch = interleaved ? Math.ceilDiv(run, 12) * 12 : W;
        stagedWidth = (task.targetWidth() - 1) * geometry.strideW() + (task.kernelWidth() - 1) * geometry.dilationW()
                + 1;
        pairs = Math.ceilDiv(gradient.blocks(), 2);
        stages = interleaved ? 1 : image.blocks();
        stagesPerItem = Math.clamp(TAPS / taps, 1, stages);
        itemsPerPair = Math.ceilDiv(stages, stagesPerItem);
        strips = Math.ceilDiv(task.targetHeight(), Math.clamp(STRIP / task.targetWidth(), 1, task.targetHeight()));
        stripHeight = Math.ceilDiv(task.targetHeight(), strips);
        int fitting = strips > 1 ? 1 : Math.clamp(STRIP / (task.targetHeight() * task.targetWidth()), 1, task.images());
        together = Math.ceilDiv(task.images(), Math.ceilDiv(task.images(), fitting));
        units = Math.ceilDiv(task.images(), together) * strips;
        int items = groups * pairs * itemsPerPair;
        shares = Math.clamp(Math.ceilDiv(ITEMS, items), 1, units);
        unit = taps * rowPitch * 2 * W;
        sumSize = Math.multiplyExact(Math.multiplyExact(groups * pairs, stages), unit);
        imageSize = interleaved
                ? Blocks.count(Math.multiplyExact(task.images() * task.sourceHeight(), stagedWidth * channels) + W) * W
                : image.gathers() ? image.size() : 0;
        gradientSize = gradient.gathers() ? gradient.size() : 0;
    }

    /** How many groups are taken at a time: as many as fit a block on both sides. */
    private static int merged(int groups, int channels, int outputs) {
        int count = Math.clamp(Math.min(W / channels, W / outputs), 1, groups);
        while (groups % count != 0) {
            count--;
        }
        return count;
    }

    /** Rows of a tap: the image's elements that it needs side by side at a pixel. */
    private int tapRows(int stage) {
        return interleaved
                ? (tapColumns == 1 ? task.kernelWidth() * channels : channels)
                : Math.min(W, channels - stage * W);
    }

    @Override
    public String algorithm() {
        return "blocks of " + (interleaved ? "taps" : "channels") + " over pixels, " + shares
                + (shares == 1 ? " share" : " shares");
    }

    @Override
    public int scratch(int threads) {
        int sums = shares > 1 ? Math.multiplyExact(shares, sumSize)
                : Math.multiplyExact(threads, stagesPerItem * unit);
        return Math.addExact(sums, Math.addExact(imageSize, gradientSize));
    }

    @Override
    public void run(Workers workers, float[] x, int xo, float[] g, int go, float[] dw, int dwo, float[] scratch,
            int so) {
        this.x = x;
        this.xo = xo;
        this.g = g;
        this.go = go;
        this.dw = dw;
        this.dwo = dwo;
        this.scratch = scratch;
        this.so = so + imageSize + gradientSize;
        source = imageSize > 0 ? scratch : x;
        sourceAt = imageSize > 0 ? so : xo;
        result = gradientSize > 0 ? scratch : g;
        resultAt = gradientSize > 0 ? so + imageSize : go;
        if (interleaved) {
            workers.run(task.images() * task.sourceHeight(), interleave);
        } else if (imageSize > 0) {
            workers.run(image.items(), gatherImage);
        }
        if (gradientSize > 0) {
            workers.run(gradient.items(), gatherGradient);
        }
        workers.run(shares * groups * pairs * itemsPerPair, sum);
        if (shares > 1) {
            workers.run(groups * pairs * stages, fold);
        }
    }

    private void interleave(int item, int worker) {
        int width = task.sourceWidth();
        int plane = task.sourceHeight() * width;
        int from = xo + item / task.sourceHeight() * channels * plane + item % task.sourceHeight() * width
                - geometry.padLeft();
        int to = sourceAt + item * stagedWidth * channels;
        int first = Math.min(geometry.padLeft(), stagedWidth);
        int end = Math.max(first, Math.min(stagedWidth, geometry.padLeft() + width));
        Arrays.fill(scratch, to, to + first * channels, 0f);
        if (channels == 3) {
            interleaveThree(x, from + first, plane, end - first, scratch, to + first * 3);
        } else {
            for (int c = 0; c < channels; c++) {
                int in = from + c * plane;
                int out = to + c;
                for (int i = first; i < end; i++) {
                    scratch[out + i * channels] = x[in + i];
                }
            }
        }
        Arrays.fill(scratch, to + end * channels, to + stagedWidth * channels, 0f);
    }

    private static void interleaveThree(float[] x, int red, int plane, int n, float[] y, int yo) {
        int green = red + plane;
        int blue = green + plane;
        for (int i = 0; i < n; i++) {
            int at = yo + 3 * i;
            y[at] = x[red + i];
            y[at + 1] = x[green + i];
            y[at + 2] = x[blue + i];
        }
    }

    private void gatherImage(int item, int worker) {
        image.gather(item, x, xo, scratch, sourceAt);
    }

    private void gatherGradient(int item, int worker) {
        gradient.gather(item, g, go, scratch, resultAt);
    }

    private void sum(int item, int worker) {
        int first = item % itemsPerPair * stagesPerItem;
        int last = Math.min(first + stagesPerItem, stages);
        int pair = item / itemsPerPair % pairs;
        int group = item / itemsPerPair / pairs % groups;
        int share = item / itemsPerPair / pairs / groups;
        int blocks = Math.min(2, gradient.blocks() - 2 * pair);
        // What no other share adds to goes to its place at once, while it is in the first cache.
        int sums = shares > 1 ? so + share * sumSize + ((group * pairs + pair) * stages + first) * unit
                : so + worker * stagesPerItem * unit;
        Arrays.fill(scratch, sums, sums + (last - first) * unit, 0f);
        int end = (int) ((long) units * (share + 1) / shares);
        for (int u = (int) ((long) units * share / shares); u < end; u++) {
            for (int stage = first; stage < last; stage++) {
                for (int tap = 0; tap < taps; tap++) {
                    sumTap(u, group, pair, stage, tap, blocks,
                            sums + (stage - first) * unit + tap * rowPitch * blocks * W);
                }
            }
        }
        for (int stage = first; stage < last && shares == 1; stage++) {
            place(group, pair, stage, blocks, sums + (stage - first) * unit);
        }
    }

    private void sumTap(int u, int group, int pair, int stage, int tap, int blocks, int to) {
        int n = u / strips * together;
        int images = Math.min(together, task.images() - n);
        int top = u % strips * stripHeight;
        int ky = tap / tapColumns;
        int kx = tap % tapColumns;
        int y = Math.max(top, rows.from(ky));
        int lines = Math.min(Math.min(top + stripHeight, task.targetHeight()), rows.to(ky)) - y;
        int left = interleaved ? 0 : columns.from(kx);
        int pixels = interleaved ? task.targetWidth() : columns.to(kx) - left;
        if (lines <= 0 || pixels <= 0) {
            return;
        }
        int pitch = interleaved ? channels : W;
        int width = interleaved ? stagedWidth : task.sourceWidth();
        int start = interleaved ? n : image.block(n, group, stage);
        int row = start * task.sourceHeight() + y * geometry.strideH() + rows.offset(ky);
        int column = interleaved ? kx * geometry.dilationW() : left * geometry.strideW() + columns.offset(kx);
        int xAt = sourceAt + (row * width + column) * pitch;
        int xLine = geometry.strideH() * width * pitch;
        int xImage = (interleaved ? 1 : groups * image.blocks()) * task.sourceHeight() * width * pitch;
        int gPlane = task.targetHeight() * task.targetWidth() * W;
        int gFrom = resultAt + gradient.block(n, group, 2 * pair) * gPlane + (y * task.targetWidth() + left) * W;
        int count = tapRows(stage);
        int height;
        for (int r = 0; r < count; r += height) {
            height = WeightTile.rows(count - r);
            tile.add(height, blocks, images, lines, pixels, source, xAt + r, xImage, xLine, geometry.strideW() * pitch,
                    result, gFrom, groups * gradient.blocks() * gPlane, task.targetWidth() * W, gPlane, scratch,
                    to + r * blocks * W);
        }
    }

    /** The shares meet, in ascending order. */
    private void fold(int item, int worker) {
        int pair = item / stages % pairs;
        int blocks = Math.min(2, gradient.blocks() - 2 * pair);
        int sums = so + item * unit;
        for (int share = 1; share < shares; share++) {
            addTo(scratch, sums, scratch, sums + share * sumSize, taps * rowPitch * blocks * W);
        }
        place(item / stages / pairs, pair, item % stages, blocks, sums);
    }

    /** The sums find their places in the weight. */
    private void place(int group, int pair, int stage, int blocks, int sums) {
        int kernel = task.kernelHeight() * task.kernelWidth();
        int count = Math.min(2 * W, outputs - pair * 2 * W);
        int real = channels / merged;
        int to = dwo + (group * outputs + pair * 2 * W) * real * kernel;
        if (interleaved) {
            for (int o = 0; o < count; o++) {
                placeInterleaved(sums + o, blocks * W, to + o * real * kernel, kernel);
            }
            return;
        }
        int height = merged > 1 ? real : tapRows(stage);
        int o = 0;
        for (; merged == 1 && o + 4 <= count; o += 4) {
            for (int tap = 0; tap < taps; tap++) {
                placeFour(scratch, sums + tap * W * blocks * W + o, blocks * W, height, dw,
                        to + (o * real + stage * W) * kernel + tap, real * kernel, kernel);
            }
        }
        for (; o < count; o++) {
            // Of groups taken together, an output has the channels of its own alone.
            int first = o / (outputs / merged) % merged * real;
            int at = to + (o * real + stage * W) * kernel;
            for (int c = 0; c < height; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    dw[at + c * kernel + tap] = scratch[sums + (tap * W + first + c) * blocks * W + o];
                }
            }
        }
    }

    /** A tap of four outputs and some channels. */
    private static void placeFour(float[] sums, int from, int pitch, int height, float[] dw, int to, int output,
            int channel) {
        int to1 = to + output;
        int to2 = to1 + output;
        int to3 = to2 + output;
        for (int c = 0; c < height; c++) {
            int in = from + c * pitch;
            int out = c * channel;
            dw[to + out] = sums[in];
            dw[to1 + out] = sums[in + 1];
            dw[to2 + out] = sums[in + 2];
            dw[to3 + out] = sums[in + 3];
        }
    }

    private void placeInterleaved(int from, int pitch, int to, int kernel) {
        int count = tapRows(0);
        for (int tap = 0; tap < taps; tap++) {
            for (int r = 0; r < count; r++) {
                int kx = tap % tapColumns + r / channels;
                dw[to + r % channels * kernel + tap / tapColumns * task.kernelWidth() + kx] =
                        scratch[from + (tap * rowPitch + r) * pitch];
            }
        }
    }

    private static void addTo(float[] to, int at, float[] from, int start, int n) {
        for (int i = 0; i < n; i++) {
            to[at + i] += from[start + i];
        }
    }
}
