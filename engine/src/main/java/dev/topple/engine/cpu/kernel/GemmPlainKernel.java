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
}
