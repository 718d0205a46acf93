// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Arrays;

/**
 * The part of the source that a block of results needs, copied to working memory so that the kernel finds each tap at a
 * constant offset. A block is {@code blockHeight} by {@code blockWidth} results; its source rows and columns are parted
 * by their residue modulo the step, so that neighbouring results read neighbouring elements at any stride.
 *
 * <p>Zeros stand for what lies outside the source. Where a whole row fits the block, the zeros right of one row serve
 * as those left of the next, which keeps the pitch, and with it the work on positions between rows, small.
 *
 * <p>The size of a block is chosen by a cost model of the shapes alone. It has no influence on the bits.
 */
final class ConvWindow {

    /** A block should do no more than a part of an image's multiply-adds, so that all cores get some; within bounds. */
    private static final int PARTS = 8;
    private static final long LEAST_WORK = 4L << 20;
    private static final long MOST_WORK = 48L << 20;
    /** Floats of working memory for the patch; past it, blocks get smaller. */
    private static final int PATCH = 96 << 10;
    private static final int POSITIONS = 1024;

    private final ConvPhase phase;
    private final int lanes;
    private final int channels;
    private final int top;
    private final int left;
    private final int reachY;
    private final int reachX;
    private final int[] residueY;
    private final int[] residueX;
    private final int[] residueOf;
    private final int blockWidth;
    private final int blockHeight;
    private final int pitch;
    private final int residueStride;
    private final int channelStride;
    private final int rowVectors;
    private final int[] offsets;
    private final int[] starts;

    /**
     * Lays out a window.
     *
     * @param channels how many channels are copied at a time
     * @param rows the result's channels that are computed from one copy, for the cost model
     */
    ConvWindow(ConvPhase phase, int lanes, int channels, int rows) {
        this.phase = phase;
        this.lanes = lanes;
        this.channels = channels;
        int taps = phase.taps().length;
        top = Arrays.stream(phase.shiftY()).min().orElse(0);
        left = Arrays.stream(phase.shiftX()).min().orElse(0);
        reachY = (Arrays.stream(phase.shiftY()).max().orElse(0) - top) / phase.stepY();
        reachX = (Arrays.stream(phase.shiftX()).max().orElse(0) - left) / phase.stepX();

        int[] ys = new int[taps];
        int[] xs = new int[taps];
        residueOf = new int[taps];
        int count = 0;
        for (int t = 0; t < taps; t++) {
            int y = (phase.shiftY()[t] - top) % phase.stepY();
            int x = (phase.shiftX()[t] - left) % phase.stepX();
            int found = 0;
            while (found < count && (ys[found] != y || xs[found] != x)) {
                found++;
            }
            ys[found] = y;
            xs[found] = x;
            residueOf[t] = found;
            count = Math.max(count, found + 1);
        }
        residueY = Arrays.copyOf(ys, count);
        residueX = Arrays.copyOf(xs, count);

        int most = Math.clamp((PATCH / 2) / channels / 32 * 32, 64, 512);
        int columns = Math.ceilDiv(phase.gridWidth(), most);
        int even = Math.ceilDiv(phase.gridWidth(), columns);
        blockWidth = columns == 1 ? even : Math.ceilDiv(even, 32) * 32;
        pitch = pitch();
        blockHeight = chooseHeight(rows);

        rowVectors = rowwise(blockHeight) ? Math.ceilDiv(blockWidth, lanes) : 0;
        residueStride = (blockHeight + reachY) * pitch + slack();
        channelStride = channelStride(blockHeight);
        offsets = new int[channels * taps];
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < taps; t++) {
                int y = (phase.shiftY()[t] - top) / phase.stepY();
                int x = (phase.shiftX()[t] - left) / phase.stepX();
                offsets[c * taps + t] = c * channelStride + residueOf[t] * residueStride + y * pitch + x;
            }
        }
        starts = new int[vectors(blockHeight)];
        for (int v = 0; v < starts.length; v++) {
            starts[v] = rowVectors == 0 ? v * lanes : v / rowVectors * pitch + v % rowVectors * lanes;
        }
    }

    private int pitch() {
        int end = blockWidth + reachX;
        int least = blockWidth;
        for (int block = 0; block < columnBlocks(); block++) {
            for (int x : residueX) {
                int from = zerosLeft(block * blockWidth, x);
                least = Math.max(least, Math.max(end - from, dataEnd(block * blockWidth, x)));
            }
        }
        return least;
    }

    /** The cells at the start of a row that lie left of the source. */
    private int zerosLeft(int column, int residue) {
        int first = column * phase.stepX() + left + residue;
        return first >= 0 ? 0 : Math.min(blockWidth + reachX, Math.ceilDiv(-first, phase.stepX()));
    }

    /** The cell after the last one of a row that lies in the source. */
    private int dataEnd(int column, int residue) {
        int first = column * phase.stepX() + left + residue;
        int end = Math.clamp(Math.ceilDiv(phase.width() - first, phase.stepX()), 0, blockWidth + reachX);
        return Math.max(end, zerosLeft(column, residue));
    }

    private int slack() {
        return blockWidth + reachX - Math.min(pitch, blockWidth + reachX);
    }

    /** An odd number of cache lines, so that channels do not fall on the same lines of the cache. */
    private int channelStride(int height) {
        int floats = residueY.length * ((height + reachY) * pitch + slack());
        return (Math.ceilDiv(floats, 16) | 1) * 16;
    }

    private boolean rowwise(int height) {
        return height * Math.ceilDiv(blockWidth, lanes) <= Math.ceilDiv((height - 1) * pitch + blockWidth, lanes);
    }

    private int vectors(int height, boolean rowwise) {
        return rowwise
                ? height * Math.ceilDiv(blockWidth, lanes)
                : Math.ceilDiv((height - 1) * pitch + blockWidth, lanes);
    }

    /** Estimates, in cycles of a core that does two vector multiply-adds in each, a whole column of blocks. */
    private int chooseHeight(int rows) {
        long best = Long.MAX_VALUE;
        int chosen = 1;
        long depth = (long) phase.channels() * phase.taps().length;
        long pixels = (long) phase.gridHeight() * phase.gridWidth();
        long work = Math.clamp(pixels * phase.rows() * depth / PARTS, LEAST_WORK, MOST_WORK);
        for (int height = 1; height <= phase.gridHeight(); height++) {
            boolean rowwise = rowwise(height);
            long positions = (long) vectors(height, rowwise) * lanes;
            if (height > 1 && (positions * rows * depth > work || channels * channelStride(height) > PATCH
                    || height * pitch > POSITIONS)) {
                break;
            }
            int full = phase.gridHeight() / height;
            int rest = phase.gridHeight() % height;
            long cost = full * blockCost(height, rows, depth, rowwise);
            if (rest > 0) {
                cost += blockCost(rest, rows, depth, rowwise);
            }
            if (cost < best) {
                best = cost;
                chosen = height;
            }
        }
        return chosen;
    }

    private long blockCost(int height, int rows, long depth, boolean rowwise) {
        int vectors = vectors(height, rowwise);
        // The last of an odd number of vectors costs a little more than half a pair.
        double pairs = vectors / 2 + 0.6 * (vectors % 2);
        long copying = (long) phase.channels() * residueY.length * (height + reachY) * (20 + pitch / 8);
        long finishing = (long) rows * height * (20 + blockWidth / 8);
        return 500 + (long) (pairs * rows * depth) + copying + finishing;
    }

    /** How many blocks lie above each other in the grid. */
    int rowBlocks() {
        return Math.ceilDiv(phase.gridHeight(), blockHeight);
    }

    /** How many blocks lie beside each other in the grid. */
    int columnBlocks() {
        return Math.ceilDiv(phase.gridWidth(), blockWidth);
    }

    int blockHeight() {
        return blockHeight;
    }

    int blockWidth() {
        return blockWidth;
    }

    /** Where each (channel, tap) is, from a result's position. */
    int[] offsets() {
        return offsets;
    }

    /** The positions at which the vectors of a block begin. */
    int[] starts() {
        return starts;
    }

    /** The vectors that cover the first rows of a block. */
    int vectors(int height) {
        return vectors(height, rowVectors != 0);
    }

    /** Columns of memory for a block's results; there is room for an even number of vectors. */
    int resultPitch() {
        return Math.ceilDiv(starts.length, 2) * 2 * lanes;
    }

    /** Where a row of a block's results begins in that memory. */
    int resultAt(int row) {
        return rowVectors == 0 ? row * pitch : row * rowVectors * lanes;
    }

    /** The position of a result: where its first tap is in the patch. */
    int position(int row, int column) {
        return row * pitch + column;
    }

    /** Floats of memory for a patch. */
    int patchSize() {
        return channels * channelStride + 2 * lanes;
    }

    /**
     * Copies a patch.
     *
     * @param so where the first of the channels begins in the source
     * @param count how many channels, at most those given at construction
     * @param row the first result's row in the grid
     * @param column the first result's column in the grid
     * @param height how many rows of results
     */
    void stage(float[] source, int so, int count, int row, int column, int height, float[] patch, int po) {
        int plane = phase.height() * phase.width();
        for (int c = 0; c < count; c++) {
            for (int r = 0; r < residueY.length; r++) {
                stagePlane(source, so + c * plane, row * phase.stepY() + top + residueY[r], column, residueX[r], height,
                        patch, po + c * channelStride + r * residueStride);
            }
        }
        // Read by positions whose results are dropped; leftovers there could be subnormal, which is slow.
        Arrays.fill(patch, po + count * channelStride, po + count * channelStride + 2 * lanes, 0f);
    }

    private void stagePlane(float[] source, int so, int firstRow, int column, int residue, int height, float[] patch,
            int po) {
        int step = phase.stepX();
        int from = zerosLeft(column, residue);
        int to = dataEnd(column, residue);
        int firstColumn = column * step + left + residue;
        int at = po;
        for (int u = 0, y = firstRow; u < height + reachY; u++, y += phase.stepY(), at += pitch) {
            if (y < 0 || y >= phase.height() || from == to) {
                Arrays.fill(patch, at, at + pitch, 0f);
                continue;
            }
            int in = so + y * phase.width() + firstColumn;
            for (int i = 0; i < from; i++) {
                patch[at + i] = 0f;
            }
            if (step == 1) {
                System.arraycopy(source, in + from, patch, at + from, to - from);
            } else {
                for (int i = from; i < to; i++) {
                    patch[at + i] = source[in + i * step];
                }
            }
            for (int i = to; i < pitch; i++) {
                patch[at + i] = 0f;
            }
        }
        Arrays.fill(patch, at, at + slack(), 0f);
    }
}
