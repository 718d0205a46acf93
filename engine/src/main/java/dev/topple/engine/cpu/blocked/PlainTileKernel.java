// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/** The kernel without the Vector API: the 16 lanes of a pixel at a time, as locals, which stay in registers. */
final class PlainTileKernel implements TileKernel {

    private static final int W = Blocks.WIDTH;
    private static final float[] ZEROS = new float[W];

    @Override
    public void multiply(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w,
            int wo, int blocks, float[] c, int co, int pitch, boolean add) {
        for (int b = 0; b < blocks; b++) {
            for (int p = 0; p < pixels; p++) {
                int to = co + b * pitch + p * W;
                pixel(taps, offsets, first, channels, x, xo + p * W, w, wo + b * W, blocks * W, add ? c : ZEROS,
                        add ? to : 0, c, to);
            }
        }
    }

    /** One pixel by one block; the sums are added to {@code s}. */
    private static void pixel(int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w, int wo,
            int row, float[] s, int so, float[] c, int co) {
        float c0 = 0f;
        float c1 = 0f;
        float c2 = 0f;
        float c3 = 0f;
        float c4 = 0f;
        float c5 = 0f;
        float c6 = 0f;
        float c7 = 0f;
        float c8 = 0f;
        float c9 = 0f;
        float c10 = 0f;
        float c11 = 0f;
        float c12 = 0f;
        float c13 = 0f;
        float c14 = 0f;
        float c15 = 0f;
        int j = wo;
        for (int t = 0; t < taps; t++) {
            int from = xo + offsets[first + t];
            for (int i = from; i < from + channels; i++) {
                float v = x[i];
                c0 = Math.fma(v, w[j], c0);
                c1 = Math.fma(v, w[j + 1], c1);
                c2 = Math.fma(v, w[j + 2], c2);
                c3 = Math.fma(v, w[j + 3], c3);
                c4 = Math.fma(v, w[j + 4], c4);
                c5 = Math.fma(v, w[j + 5], c5);
                c6 = Math.fma(v, w[j + 6], c6);
                c7 = Math.fma(v, w[j + 7], c7);
                c8 = Math.fma(v, w[j + 8], c8);
                c9 = Math.fma(v, w[j + 9], c9);
                c10 = Math.fma(v, w[j + 10], c10);
                c11 = Math.fma(v, w[j + 11], c11);
                c12 = Math.fma(v, w[j + 12], c12);
                c13 = Math.fma(v, w[j + 13], c13);
                c14 = Math.fma(v, w[j + 14], c14);
                c15 = Math.fma(v, w[j + 15], c15);
                j += row;
            }
        }
        c[co] = s[so] + c0;
        c[co + 1] = s[so + 1] + c1;
        c[co + 2] = s[so + 2] + c2;
        c[co + 3] = s[so + 3] + c3;
        c[co + 4] = s[so + 4] + c4;
        c[co + 5] = s[so + 5] + c5;
        c[co + 6] = s[so + 6] + c6;
        c[co + 7] = s[so + 7] + c7;
        c[co + 8] = s[so + 8] + c8;
        c[co + 9] = s[so + 9] + c9;
        c[co + 10] = s[so + 10] + c10;
        c[co + 11] = s[so + 11] + c11;
        c[co + 12] = s[so + 12] + c12;
        c[co + 13] = s[so + 13] + c13;
        c[co + 14] = s[so + 14] + c14;
        c[co + 15] = s[so + 15] + c15;
    }

    /** What a product over no taps leaves: zeros, or what was there. */
    static void clear(int pixels, int blocks, float[] c, int co, int pitch, boolean add) {
        if (!add) {
            for (int b = 0; b < blocks; b++) {
                Arrays.fill(c, co + b * pitch, co + b * pitch + pixels * W, 0f);
            }
        }
    }
}
