// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Arrays;

/**
 * Computes one {@link ConvPhase} as a matrix product: weights, packed once, times patches of the source. An item is a
 * block of results of one image, one group and one block of rows. The order of summation is channel blocks ascending,
 * in each channel ascending, tap ascending, for every result alike.
 */
final class ConvPass {

    /** Rows of the result computed from one patch. */
    private static final int ROWS = 96;

    private final GemmKernel gemm;
    private final ConvPhase phase;
    private final ConvWindow window;
    private final int channelBlock;
    private final int rowBlock;
    private final int rowBlocks;
    private final int paddedRows;
    private final int itemsPerImage;
    private final int packedAt;

    ConvPass(GemmKernel gemm, ConvPhase phase, int packedAt) {
        this.gemm = gemm;
        this.phase = phase;
        this.packedAt = packedAt;
        channelBlock = phase.channelBlock();
        int blocks = Math.ceilDiv(phase.rows(), ROWS);
        rowBlock = Math.ceilDiv(Math.ceilDiv(phase.rows(), blocks), gemm.rows()) * gemm.rows();
        rowBlocks = Math.ceilDiv(phase.rows(), rowBlock);
        paddedRows = gemm.paddedRows(phase.rows());
        window = new ConvWindow(phase, gemm.lanes(), channelBlock, Math.min(gemm.paddedRows(phase.rows()), rowBlock));
        itemsPerImage = phase.groups() * rowBlocks * window.rowBlocks() * window.columnBlocks();
    }

    int itemsPerImage() {
        return itemsPerImage;
    }

    int packedSize() {
        return phase.groups() * paddedRows * phase.channels() * phase.taps().length;
    }

    int scratch() {
        return window.patchSize() + rowBlock * window.resultPitch();
    }

    /**
     * Packs the weight into panels: for each group and channel block all panels of rows, each {@code [depth][panel]}.
     * Element (group, row, channel, tap) is found with the given strides.
     */
    void pack(float[] w, int wo, int groupStride, int rowStride, int channelStride, float[] packed, int po) {
        int taps = phase.taps().length;
        int at = po + packedAt;
        for (int g = 0; g < phase.groups(); g++) {
            for (int c0 = 0; c0 < phase.channels(); c0 += channelBlock) {
                int c1 = Math.min(phase.channels(), c0 + channelBlock);
                int panel;
                for (int row = 0; row < phase.rows(); row += panel) {
                    panel = gemm.panel(phase.rows() - row);
                    for (int c = c0; c < c1; c++) {
                        for (int t = 0; t < taps; t++) {
                            int from = wo + g * groupStride + c * channelStride + phase.taps()[t];
                            for (int r = row; r < row + panel; r++) {
                                packed[at++] = r < phase.rows() ? w[from + r * rowStride] : 0f;
                            }
                        }
                    }
                }
            }
        }
    }

    /** Does an item of one image, whose source and result begin at {@code xo} and {@code yo}. */
    void item(int item, float[] x, int xo, float[] packed, int po, GemmEpilogue epilogue, float[] y, int yo,
            int residualAt, float[] scratch, int so) {
        int columns = window.columnBlocks();
        int rest = item;
        int column = rest % columns * window.blockWidth();
        rest /= columns;
        int row = rest % window.rowBlocks() * window.blockHeight();
        rest /= window.rowBlocks();
        int firstRow = rest % rowBlocks * rowBlock;
        int group = rest / rowBlocks;
        int rows = Math.min(rowBlock, phase.rows() - firstRow);
        int height = Math.min(window.blockHeight(), phase.gridHeight() - row);
        int width = Math.min(window.blockWidth(), phase.gridWidth() - column);

        int result = so + window.patchSize();
        multiply(group, firstRow, rows, row, column, height, x, xo, packed, po, scratch, so, result);
        int plane = phase.outHeight() * phase.outWidth();
        int corner = (phase.outY() + row * phase.outStepY()) * phase.outWidth() + phase.outX()
                + column * phase.outStepX();
        for (int r = 0; r < rows; r++) {
            int channel = group * phase.rows() + firstRow + r;
            finish(epilogue, channel, scratch, result + r * window.resultPitch(), y, yo, residualAt,
                    channel * plane + corner, height, width);
        }
    }

    private void multiply(int group, int firstRow, int rows, int row, int column, int height, float[] x, int xo,
            float[] packed, int po, float[] scratch, int so, int result) {
        int taps = phase.taps().length;
        if (taps == 0) {
            Arrays.fill(scratch, result, result + rows * window.resultPitch(), 0f);
            return;
        }
        int plane = phase.height() * phase.width();
        int panels = po + packedAt + group * paddedRows * phase.channels() * taps;
        for (int c = 0; c < phase.channels(); c += channelBlock) {
            int count = Math.min(channelBlock, phase.channels() - c);
            window.stage(x, xo + (group * phase.channels() + c) * plane, count, row, column, height, scratch, so);
            gemm.multiply(rows, count * taps, packed, panels + firstRow * count * taps, window.offsets(), scratch, so,
                    window.starts(), window.vectors(height), scratch, result, window.resultPitch(), c > 0);
            panels += paddedRows * count * taps;
        }
    }

    private void finish(GemmEpilogue epilogue, int channel, float[] scratch, int result, float[] y, int yo,
            int residualAt, int at, int height, int width) {
        if (phase.outStepX() == 1) {
            boolean dense = phase.outStepY() == 1 && width == phase.outWidth()
                    && (height == 1 || window.resultAt(1) == width);
            int runs = dense ? 1 : height;
            int length = dense ? height * width : width;
            for (int i = 0; i < runs; i++) {
                int to = at + i * phase.outStepY() * phase.outWidth();
                gemm.finish(epilogue, channel, scratch, result + window.resultAt(i), y, yo + to, residualAt + to,
                        length);
            }
            return;
        }
        for (int i = 0; i < height; i++) {
            int from = result + window.resultAt(i);
            int to = at + i * phase.outStepY() * phase.outWidth();
            if (epilogue.residuals()) {
                for (int j = 0; j < width; j++) {
                    int index = to + j * phase.outStepX();
                    y[yo + index] = epilogue.apply(channel, residualAt + index, scratch[from + j]);
                }
            } else {
                gemm.finish(epilogue, channel, scratch, from, scratch, from, 0, width);
                spread(scratch, from, y, yo + to, phase.outStepX(), width);
            }
        }
    }

    private static void spread(float[] from, int at, float[] to, int start, int step, int count) {
        for (int j = 0; j < count; j++) {
            to[start + j * step] = from[at + j];
        }
    }
}
