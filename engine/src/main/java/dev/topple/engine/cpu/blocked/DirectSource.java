// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * Where the tiles of a phase find their source: a strip of it copied to working memory, with zeros for the padding at
 * the left and right and the columns sorted by their residue modulo the stride, so that neighbouring results have
 * neighbouring sources; or the source itself where a copy would change nothing. Rows in the padding are never read: the
 * taps that reach for them are skipped.
 *
 * <p>Staged are either all rows from the first that a strip needs to the last, or, where the kernel is dilated so far
 * that most of those are not needed, the strip's rows once for each row of the kernel.
 */
final class DirectSource {

    private static final int W = Blocks.WIDTH;

    private final TileKernel kernel;
    private final ConvolutionTask task;
    private final DirectPhase phase;
    private final boolean staged;
    private final boolean span;
    private final int stripRows;
    private final int top;
    private final int slots;
    private final int rowStep;
    private final int rowPitch;
    private final int blockPitch;
    private final int[] tapRow;
    private final int[] tapColumn;
    /** The residues of columns, the first index of each and where it begins in a staged row, in pixels. */
    private final int[] residue;
    private final int[] firstIndex;
    private final int[] segment;

    /**
     * @param rows the most rows of a strip
     * @param width the pixels that tiles read for a row of the grid and a tap; in place, from one row to the next
     */
    DirectSource(TileKernel kernel, ConvolutionTask task, DirectPhase phase, boolean staged, int rows, int width) {
        this.kernel = kernel;
        this.task = task;
        this.phase = phase;
        this.staged = staged;
        stripRows = rows;
        int taps = phase.rows().length;
        tapRow = new int[taps];
        tapColumn = new int[phase.columns().length];
        if (!staged || taps == 0) {
            span = true;
            top = 0;
            slots = 0;
            rowStep = 1;
            rowPitch = width * W;
            blockPitch = task.sourceHeight() * task.sourceWidth() * W;
            residue = new int[0];
            firstIndex = new int[0];
            segment = new int[1];
            return;
        }
        top = Arrays.stream(phase.shiftY()).min().getAsInt();
        int spanRows = (rows - 1) * phase.stepY() + Arrays.stream(phase.shiftY()).max().getAsInt() - top + 1;
        span = spanRows <= taps * rows;
        slots = span ? spanRows : taps * rows;
        rowStep = span ? phase.stepY() : 1;
        for (int a = 0; a < taps; a++) {
            tapRow[a] = span ? phase.shiftY()[a] - top : a * rows;
        }
        int step = phase.stepX();
        residue = Arrays.stream(phase.shiftX()).map(s -> Math.floorMod(s, step)).distinct().toArray();
        firstIndex = new int[residue.length];
        segment = new int[residue.length + 1];
        for (int r = 0; r < residue.length; r++) {
            int of = residue[r];
            int[] indices = Arrays.stream(phase.shiftX()).filter(s -> Math.floorMod(s, step) == of)
                    .map(s -> Math.floorDiv(s, step)).toArray();
            firstIndex[r] = Arrays.stream(indices).min().getAsInt();
            segment[r + 1] = segment[r] + width + Arrays.stream(indices).max().getAsInt() - firstIndex[r];
            for (int b = 0; b < tapColumn.length; b++) {
                int shift = phase.shiftX()[b];
                if (Math.floorMod(shift, step) == of) {
                    tapColumn[b] = segment[r] + Math.floorDiv(shift, step) - firstIndex[r];
                }
            }
        }
        rowPitch = segment[residue.length] * W;
        blockPitch = slots * rowPitch;
    }

    /** The floats of working memory that so many blocks need. */
    int scratch(int blocks) {
        return staged && tapRow.length > 0 ? blocks * blockPitch : 0;
    }

    /** From the first result of a row to the next row's, in floats of the source that tiles read. */
    int rowPitch() {
        return rowStep * rowPitch;
    }

    /** The floats from one block to the next. */
    int blockPitch() {
        return blockPitch;
    }

    /** The offsets of the taps, for so many blocks one after another. */
    int[] offsets(int blocks) {
        int columns = tapColumn.length;
        int taps = tapRow.length * columns;
        int[] offsets = new int[Math.max(1, blocks * taps)];
        for (int i = 0; i < blocks * taps; i++) {
            int tap = i % taps;
            offsets[i] = i / taps * blockPitch + tapRow[tap / columns] * rowPitch + tapColumn[tap % columns] * W;
        }
        return offsets;
    }

    /** Where the source of a strip begins that is read in place: a block of an image, from a row of the grid on. */
    int inPlace(int image, int block, int row) {
        return (image * Blocks.count(task.sourceChannels()) + block) * blockPitch + row * rowPitch;
    }

    /** Copies one block of channels, for the rows of the grid from {@code row} on. */
    void stage(float[] x, int xo, int image, int block, int row, int rows, float[] y, int yo) {
        int height = task.sourceHeight();
        if (span) {
            int first = row * phase.stepY() + top;
            int last = Math.min(slots - (stripRows - rows) * phase.stepY(), height - first);
            for (int s = Math.max(0, -first); s < last; s++) {
                stageRow(x, xo, image, block, first + s, y, yo + s * rowPitch);
            }
            return;
        }
        for (int a = 0; a < tapRow.length; a++) {
            for (int r = 0; r < rows; r++) {
                int from = (row + r) * phase.stepY() + phase.shiftY()[a];
                if (from >= 0 && from < height) {
                    stageRow(x, xo, image, block, from, y, yo + (tapRow[a] + r) * rowPitch);
                }
            }
        }
    }

    private void stageRow(float[] x, int xo, int image, int block, int row, float[] y, int yo) {
        int width = task.sourceWidth();
        int step = phase.stepX();
        for (int r = 0; r < residue.length; r++) {
            int first = firstIndex[r];
            int count = segment[r + 1] - segment[r];
            // Index i of the segment is column (first + i) step + residue of the source.
            int from = Math.min(count, Math.max(0, Math.ceilDiv(-residue[r], step) - first));
            int to = Math.max(from, Math.min(count, Math.ceilDiv(width - residue[r], step) - first));
            int at = yo + segment[r] * W;
            Arrays.fill(y, at, at + from * W, 0f);
            copy(x, xo, image, block, row, (first + from) * step + residue[r], to - from, y, at + from * W);
            Arrays.fill(y, at + to * W, at + count * W, 0f);
        }
    }

    private void copy(float[] x, int xo, int image, int block, int row, int column, int count, float[] y, int yo) {
        int width = task.sourceWidth();
        int plane = task.sourceHeight() * width;
        int step = phase.stepX();
        if (task.source() == Form.BLOCKED) {
            int from = xo + ((image * Blocks.count(task.sourceChannels()) + block) * plane + row * width + column) * W;
            if (step == 1) {
                System.arraycopy(x, from, y, yo, count * W);
            } else {
                kernel.gather(count, x, from, step, y, yo);
            }
            return;
        }
        int channels = Math.min(W, task.sourceChannels() - block * W);
        int from = xo + (image * task.sourceChannels() + block * W) * plane + row * width + column;
        for (int c = 0; c < channels; c++) {
            spread(x, from + c * plane, step, count, y, yo + c);
        }
    }

    private static void spread(float[] x, int xo, int step, int count, float[] y, int yo) {
        for (int i = 0; i < count; i++) {
            y[yo + i * W] = x[xo + i * step];
        }
    }
}
