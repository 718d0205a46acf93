// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * The inner loops of matrix products. Implementations differ in speed and in the form of their blocks, never in the bits of a result: every element is a chain of fused multiply-adds in a stated order.
 *
 * <p>The right-hand factor is never copied into panels. Its row {@code k} is found through a table of offsets, and the
 * columns of a tile through a table of starting points, each for {@link #lanes()} columns that lie side by side:
 * element (k, column j of vector v) is {@code b[bo + starts[v] + offsets[k] + j]}.
 *
 * <p>The left-hand factor lies in panels: the rows are cut into groups of {@link #panel} rows, the rows of a group
 * lie as {@code [depth][panel]}, and rows past the end are 0.
 */
public sealed interface GemmKernel permits GemmWideKernel, GemmNarrowKernel, GemmPlainKernel {

    /** The kernel for vectors of a width. */
    static GemmKernel of(Simd simd) {
        return switch (simd) {
            case BITS_512 -> new GemmWideKernel();
            case BITS_256, BITS_128 -> new GemmNarrowKernel();
            case OFF -> new GemmPlainKernel();
        };
    }

    /** How many columns a vector has. */
    int lanes();

    /** The rows of the largest panel: row blocks are multiples of it. */
    int rows();

    /** The rows of the next panel when so many rows are left, at most {@link #rows()}. */
    int panel(int left);

    /** The rows of all panels for a number of rows: at least that number. */
    default int paddedRows(int rows) {
        int padded = rows / rows() * rows();
        while (padded < rows) {
            padded += panel(rows - padded);
        }
        return padded;
    }

    /**
     * {@code C = A B}, or {@code C += A B}. Each element is one chain over k, ascending, that begins with 0; with
     * {@code add} the finished chain is added to what is there. C is {@code [paddedRows(rows)][pitch]}, and whole
     * vectors are written; with an odd number of vectors one more may be.
     */
    void multiply(int rows, int depth, float[] a, int ao, int[] offsets, float[] b, int bo, int[] starts, int vectors,
            float[] c, int co, int pitch, boolean add);
}
