// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.tensor.Shape;

/**
 * The matrix product over the last two axes, for fixed shapes, with broadcast leading axes and either operand
 * transposed, as {@link MatMul} defines it. Each element is the sum, ascending, of chains over {@value #DEPTH}
 * successive products, so its bits depend on its row, its column and the inner size alone.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class MatMulKernel implements Work {

    private static final int DEPTH = 256;
    private static final int ROWS = 96;
    private static final int COLUMNS = 256;
    private static final float[] NONE = new float[0];

    private final GemmKernel gemm;
    private final int rows;
    private final int columns;
    private final int depth;
    /** Strides of the operands: of A along rows and depth, of B along depth and columns. */
    private final int rowStrideA;
    private final int depthStrideA;
    private final int depthStrideB;
    private final int columnStrideB;
    /** Whether the transposed product is computed, because the columns are too few to fill vectors. */
    private final boolean turned;
    private final int[] batchA;
    private final int[] batchB;
    private final int rowBlock;
    private final int rowBlocks;
    private final int columnBlock;
    private final int columnBlocks;
    private final int pitch;
    private final int scratchPerWorker;
    private final int[] offsets;
    private final int[] starts;

    private float[] a = NONE;
    private int ao;
    private float[] b = NONE;
    private int bo;
    private float[] c = NONE;
    private int co;
    private float[] scratch = NONE;
    private int so;

    /**
     * A kernel for operands of the given shapes.
     *
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public MatMulKernel(GemmKernel gemm, Shape a, Shape b, boolean transposeA, boolean transposeB) {
        this.gemm = gemm;
        if (a.rank() < 2 || b.rank() < 2 || a.dim(transposeA ? -2 : -1) != b.dim(transposeB ? -1 : -2)) {
            throw new IllegalArgumentException("matmul: the inner sizes of " + a + " and " + b + " differ");
        }
        int m = a.dim(transposeA ? -1 : -2);
        int n = b.dim(transposeB ? -2 : -1);
        depth = a.dim(transposeA ? -2 : -1);
        int rowA = transposeA ? 1 : depth;
        int depthA = transposeA ? m : 1;
        int depthB = transposeB ? 1 : n;
        int columnB = transposeB ? depth : 1;
        turned = n < 16 && m > n;
        rows = turned ? n : m;
        columns = turned ? m : n;
        rowStrideA = turned ? columnB : rowA;
        depthStrideA = turned ? depthB : depthA;
        depthStrideB = turned ? depthA : depthB;
        columnStrideB = turned ? rowA : columnB;

        Shape batch = Shape.broadcast(MatMul.batch(a), MatMul.batch(b));
        int[] offsetsA = batchOffsets(MatMul.batch(a), batch, m * depth);
        int[] offsetsB = batchOffsets(MatMul.batch(b), batch, depth * n);
        batchA = turned ? offsetsB : offsetsA;
        batchB = turned ? offsetsA : offsetsB;

        rowBlock = Math.ceilDiv(Math.min(rows, ROWS), gemm.rows()) * gemm.rows();
        rowBlocks = Math.ceilDiv(rows, rowBlock);
        int tile = 2 * gemm.lanes();
        columnBlock = Math.ceilDiv(Math.min(columns, rows < 32 ? COLUMNS / 4 : COLUMNS), tile) * tile;
        columnBlocks = Math.ceilDiv(columns, columnBlock);
        pitch = columnBlock + 16; // not a power of two, so that rows do not fall on the same lines of the cache
        int chain = Math.min(depth, DEPTH);
        scratchPerWorker = rowBlock * chain + chain * pitch + rowBlock * pitch;
        offsets = new int[chain];
        for (int k = 0; k < chain; k++) {
            offsets[k] = k * pitch;
        }
        starts = new int[columnBlock / gemm.lanes()];
        for (int v = 0; v < starts.length; v++) {
            starts[v] = v * gemm.lanes();
        }
    }

    /** Where the matrix of each element of the result's batch begins in an operand. */
    private static int[] batchOffsets(Shape own, Shape batch, int matrix) {
        int[] strides = own.broadcastStrides(batch);
        int[] offsets = new int[batch.size()];
        for (int i = 0; i < offsets.length; i++) {
            int rest = i;
            for (int axis = batch.rank() - 1; axis >= 0; axis--) {
                offsets[i] += rest % batch.dim(axis) * strides[axis] * matrix;
                rest /= batch.dim(axis);
            }
        }
        return offsets;
    }

    /** Floats of working memory for a pool of so many threads. */
    public int scratch(int threads) {
        return Math.multiplyExact(threads, scratchPerWorker);
    }

    /** Computes {@code c} from {@code a} and {@code b}. */
    public void run(Workers workers, float[] a, int ao, float[] b, int bo, float[] c, int co, float[] scratch, int so) {
        this.a = turned ? b : a;
        this.ao = turned ? bo : ao;
        this.b = turned ? a : b;
        this.bo = turned ? ao : bo;
        this.c = c;
        this.co = co;
        this.scratch = scratch;
        this.so = so;
        workers.run(batchA.length * rowBlocks * columnBlocks, this);
    }

    @Override
    public void item(int item, int worker) {
        int column = item % columnBlocks * columnBlock;
        int row = item / columnBlocks % rowBlocks * rowBlock;
        int matrix = item / columnBlocks / rowBlocks;
        int rowCount = Math.min(rowBlock, rows - row);
        int columnCount = Math.min(columnBlock, columns - column);
        int vectors = Math.ceilDiv(columnCount, gemm.lanes());
        int chain = offsets.length;
        int panels = so + worker * scratchPerWorker;
        int slab = panels + rowBlock * chain;
        int result = slab + chain * pitch;
        for (int k = 0; k < depth; k += chain) {
            int count = Math.min(chain, depth - k);
            packRows(ao + batchA[matrix] + row * rowStrideA + k * depthStrideA, rowCount, count, panels);
            packColumns(bo + batchB[matrix] + k * depthStrideB + column * columnStrideB, columnCount, count, slab);
            gemm.multiply(rowCount, count, scratch, panels, offsets, scratch, slab, starts, vectors, scratch, result,
                    pitch, k > 0);
        }
        if (depth == 0) {
            java.util.Arrays.fill(scratch, result, result + rowCount * pitch, 0f);
        }
        int to = co + matrix * rows * columns;
        if (turned) {
            for (int j = 0; j < columnCount; j++) {
                for (int i = 0; i < rowCount; i++) {
                    c[to + (column + j) * rows + row + i] = scratch[result + i * pitch + j];
                }
            }
        } else {
            for (int i = 0; i < rowCount; i++) {
                System.arraycopy(scratch, result + i * pitch, c, to + (row + i) * columns + column, columnCount);
            }
        }
    }

    private void packRows(int from, int rowCount, int count, int to) {
        int panel;
        for (int row = 0; row < rowCount; row += panel) {
            panel = gemm.panel(rowCount - row);
            int at = to + row * count;
            int full = Math.min(panel, rowCount - row);
            int r = 0;
            for (; r + 4 <= full; r += 4) {
                gatherFour(a, from + (row + r) * rowStrideA, rowStrideA, depthStrideA, scratch, at + r, panel, count);
            }
            for (; r < full; r++) {
                gather(a, from + (row + r) * rowStrideA, depthStrideA, scratch, at + r, panel, count);
            }
            for (; r < panel; r++) {
                for (int k = 0; k < count; k++) {
                    scratch[at + r + k * panel] = 0f;
                }
            }
        }
    }

    private void packColumns(int from, int columnCount, int count, int to) {
        // Columns past the end, up to a whole vector, give results that are dropped.
        int end = Math.ceilDiv(columnCount, gemm.lanes()) * gemm.lanes();
        if (columnStrideB == 1) {
            for (int k = 0; k < count; k++) {
                System.arraycopy(b, from + k * depthStrideB, scratch, to + k * pitch, columnCount);
                for (int j = columnCount; j < end; j++) {
                    scratch[to + k * pitch + j] = 0f;
                }
            }
            return;
        }
        int j = 0;
        for (; j + 4 <= columnCount; j += 4) {
            int in = from + j * columnStrideB;
            gatherFour(b, in, columnStrideB, depthStrideB, scratch, to + j, pitch, count);
        }
        for (; j < columnCount; j++) {
            gather(b, from + j * columnStrideB, depthStrideB, scratch, to + j, pitch, count);
        }
        for (; j < end; j++) {
            for (int k = 0; k < count; k++) {
                scratch[to + j + k * pitch] = 0f;
            }
        }
    }

    private static void gather(float[] from, int at, int stride, float[] to, int start, int toStride, int count) {
        for (int k = 0; k < count; k++) {
            to[start + k * toStride] = from[at + k * stride];
        }
    }

    private static void gatherFour(float[] from, int at, int apart, int stride, float[] to, int start, int toStride,
            int count) {
        for (int k = 0; k < count; k++) {
            int in = at + k * stride;
            int out = start + k * toStride;
            to[out] = from[in];
            to[out + 1] = from[in + apart];
            to[out + 2] = from[in + 2 * apart];
            to[out + 3] = from[in + 3 * apart];
        }
    }
}
