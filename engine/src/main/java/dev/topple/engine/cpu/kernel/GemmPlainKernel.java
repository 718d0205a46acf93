// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/** The kernel without the Vector API: tiles of 4 rows by 4 columns in sixteen local variables. */
final class GemmPlainKernel implements GemmKernel {

    private static final int L = 2;

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int panel(int left) {
        return 4;
    }

    @Override
    public void multiply(int rows, int depth, float[] a, int ao, int[] offsets, float[] b, int bo, int[] starts,
            int vectors, float[] c, int co, int pitch, boolean add) {
        for (int v = 0; v < vectors; v += 2) {
            int b0 = bo + starts[v];
            int b1 = v + 1 < vectors ? bo + starts[v + 1] : b0;
            for (int row = 0; row < rows; row += 4) {
                tile(depth, a, ao + row * depth, offsets, b, b0, b1, c, co + row * pitch + v * L, pitch, add);
            }
        }
    }

    private static void tile(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c, int co,
            int pitch, boolean add) {
        float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
        float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
        float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 4 * k;
            float x0 = b[b0 + o];
            float x1 = b[b0 + o + 1];
            float x2 = b[b1 + o];
            float x3 = b[b1 + o + 1];
            float w = a[i];
            c00 = Math.fma(w, x0, c00);
            c01 = Math.fma(w, x1, c01);
            c02 = Math.fma(w, x2, c02);
            c03 = Math.fma(w, x3, c03);
            w = a[i + 1];
            c10 = Math.fma(w, x0, c10);
            c11 = Math.fma(w, x1, c11);
            c12 = Math.fma(w, x2, c12);
            c13 = Math.fma(w, x3, c13);
            w = a[i + 2];
            c20 = Math.fma(w, x0, c20);
            c21 = Math.fma(w, x1, c21);
            c22 = Math.fma(w, x2, c22);
            c23 = Math.fma(w, x3, c23);
            w = a[i + 3];
            c30 = Math.fma(w, x0, c30);
            c31 = Math.fma(w, x1, c31);
            c32 = Math.fma(w, x2, c32);
            c33 = Math.fma(w, x3, c33);
        }
        put(c00, c01, c02, c03, c, co, add);
        put(c10, c11, c12, c13, c, co + pitch, add);
        put(c20, c21, c22, c23, c, co + 2 * pitch, add);
        put(c30, c31, c32, c33, c, co + 3 * pitch, add);
    }

    private static void put(float v0, float v1, float v2, float v3, float[] c, int co, boolean add) {
        // Added to 0, as the other kernels do: a chain that underflowed to -0 gives 0.
        c[co] = (add ? c[co] : 0f) + v0;
        c[co + 1] = (add ? c[co + 1] : 0f) + v1;
        c[co + 2] = (add ? c[co + 2] : 0f) + v2;
        c[co + 3] = (add ? c[co + 3] : 0f) + v3;
    }

    @Override
    public void correlate(int rows, int[] offsets, float[] x, int xo, int[] starts, int positions, float[] g, int go,
            int vectors, float[] c, int co) {
        int pitch = vectors * L;
        for (int from = 0; from < positions; from += POSITION_BLOCK) {
            int to = Math.min(positions, from + POSITION_BLOCK);
            for (int v = 0; v < vectors; v++) {
                for (int row = 0; row < rows; row += CORRELATE_ROWS) {
                    correlate(offsets, row, x, xo, starts, from, to, g, go + v * L, pitch, c, co + row * pitch + v * L);
                }
            }
        }
    }

    private static void correlate(int[] offsets, int row, float[] x, int xo, int[] starts, int from, int to, float[] g,
            int go, int pitch, float[] c, int co) {
        int x0 = xo + offsets[row];
        int x1 = xo + offsets[row + 1];
        int x2 = xo + offsets[row + 2];
        int x3 = xo + offsets[row + 3];
        int x4 = xo + offsets[row + 4];
        int x5 = xo + offsets[row + 5];
        float c00 = 0, c01 = 0, c10 = 0, c11 = 0, c20 = 0, c21 = 0;
        float c30 = 0, c31 = 0, c40 = 0, c41 = 0, c50 = 0, c51 = 0;
        for (int p = from; p < to; p++) {
            int s = starts[p];
            float g0 = g[go + p * pitch];
            float g1 = g[go + p * pitch + 1];
            float w = x[x0 + s];
            c00 = Math.fma(w, g0, c00);
            c01 = Math.fma(w, g1, c01);
            w = x[x1 + s];
            c10 = Math.fma(w, g0, c10);
            c11 = Math.fma(w, g1, c11);
            w = x[x2 + s];
            c20 = Math.fma(w, g0, c20);
            c21 = Math.fma(w, g1, c21);
            w = x[x3 + s];
            c30 = Math.fma(w, g0, c30);
            c31 = Math.fma(w, g1, c31);
            w = x[x4 + s];
            c40 = Math.fma(w, g0, c40);
            c41 = Math.fma(w, g1, c41);
            w = x[x5 + s];
            c50 = Math.fma(w, g0, c50);
            c51 = Math.fma(w, g1, c51);
        }
        add(c00, c01, c, co);
        add(c10, c11, c, co + pitch);
        add(c20, c21, c, co + 2 * pitch);
        add(c30, c31, c, co + 3 * pitch);
        add(c40, c41, c, co + 4 * pitch);
        add(c50, c51, c, co + 5 * pitch);
    }

    private static void add(float v0, float v1, float[] c, int co) {
        c[co] += v0;
        c[co + 1] += v1;
    }

    @Override
    public void finish(GemmEpilogue epilogue, int row, float[] c, int co, float[] y, int yo, int ro, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = epilogue.apply(row, ro + i, c[co + i]);
        }
    }
}
