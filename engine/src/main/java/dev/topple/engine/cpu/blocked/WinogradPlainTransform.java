// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.WinogradPoints.*;

import java.util.Arrays;

/** The transforms without the Vector API: one pass down the columns, one along the rows, 16 lanes at a time. */
final class WinogradPlainTransform implements WinogradTransform {

    private static final int W = Blocks.WIDTH;

    @Override
    public void input4(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t,
            int to, float[] v, int vo) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 0; column < 6; column++) {
                int c = 4 * tile + column;
                if (c < left || c >= right) {
                    Arrays.fill(t, to + column * 6 * W, to + (column + 1) * 6 * W, 0f);
                } else {
                    in6(x, xo + c * columnStep, rowStep, t, to + column * 6 * W, W);
                }
            }
            for (int row = 0; row < 6; row++) {
                in6(t, to + row * W, 6 * W, v, vo + 6 * row * POSITION + tile * W, POSITION);
            }
        }
    }

    @Override
    public void input2(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t,
            int to, float[] v, int vo) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 0; column < 4; column++) {
                int c = 2 * tile + column;
                if (c < left || c >= right) {
                    Arrays.fill(t, to + column * 4 * W, to + (column + 1) * 4 * W, 0f);
                } else {
                    in4(x, xo + c * columnStep, rowStep, t, to + column * 4 * W, W);
                }
            }
            for (int row = 0; row < 4; row++) {
                in4(t, to + row * W, 4 * W, v, vo + 4 * row * POSITION + tile * W, POSITION);
            }
        }
    }

    @Override
    public void output4(int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo, int rowStep) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 0; column < 6; column++) {
                out4(m, mo + column * POSITION + tile * W, 6 * POSITION, t, to + column * W, 6 * W);
            }
            for (int row = 0; row < 4; row++) {
                out4(t, to + row * 6 * W, W, y, yo + row * rowStep + 4 * tile * W, W);
            }
        }
    }

    @Override
    public void output2(int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo, int rowStep) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 0; column < 4; column++) {
                out2(m, mo + column * POSITION + tile * W, 4 * POSITION, t, to + column * W, 4 * W);
            }
            for (int row = 0; row < 2; row++) {
                out2(t, to + row * 4 * W, W, y, yo + row * rowStep + 2 * tile * W, W);
            }
        }
    }

    /** B^T of F(4, 3) by six vectors. */
    private static void in6(float[] x, int xo, int step, float[] y, int yo, int pitch) {
        for (int l = 0; l < W; l++) {
            int i = xo + l;
            float x0 = x[i];
            float x1 = x[i + step];
            float x2 = x[i + 2 * step];
            float x3 = x[i + 3 * step];
            float x4 = x[i + 4 * step];
            float x5 = x[i + 5 * step];
            float even = Math.fma(x2, -B2, x4);
            float odd = Math.fma(x1, -B2, x3);
            int o = yo + l;
            y[o + pitch] = Math.fma(odd, A, even);
            y[o + 2 * pitch] = Math.fma(odd, -A, even);
            even = Math.fma(x2, -A2, x4);
            odd = Math.fma(x1, -A2, x3);
            y[o + 3 * pitch] = Math.fma(odd, B, even);
            y[o + 4 * pitch] = Math.fma(odd, -B, even);
            y[o] = Math.fma(x0, AABB, Math.fma(x2, -SUM, x4));
            y[o + 5 * pitch] = Math.fma(x1, AABB, Math.fma(x3, -SUM, x5));
        }
    }

    /** B^T of F(2, 3) by four vectors. */
    private static void in4(float[] x, int xo, int step, float[] y, int yo, int pitch) {
        for (int l = 0; l < W; l++) {
            int i = xo + l;
            float x0 = x[i];
            float x1 = x[i + step];
            float x2 = x[i + 2 * step];
            float x3 = x[i + 3 * step];
            int o = yo + l;
            y[o] = x2 - x0;
            y[o + pitch] = x2 + x1;
            y[o + 2 * pitch] = x2 - x1;
            y[o + 3 * pitch] = x3 - x1;
        }
    }

    /** A^T of F(4, 3) by six vectors. */
    private static void out4(float[] x, int xo, int step, float[] y, int yo, int pitch) {
        for (int l = 0; l < W; l++) {
            int i = xo + l;
            float m1 = x[i + step];
            float m2 = x[i + 2 * step];
            float m3 = x[i + 3 * step];
            float m4 = x[i + 4 * step];
            float p = m1 + m2;
            float q = m1 - m2;
            float u = m3 + m4;
            float w = m3 - m4;
            int o = yo + l;
            y[o] = x[i] + p + u;
            y[o + pitch] = Math.fma(w, B, q * A);
            y[o + 2 * pitch] = Math.fma(u, B2, p * A2);
            y[o + 3 * pitch] = Math.fma(w, B3, Math.fma(q, A3, x[i + 5 * step]));
        }
    }

    /** A^T of F(2, 3) by four vectors. */
    private static void out2(float[] x, int xo, int step, float[] y, int yo, int pitch) {
        for (int l = 0; l < W; l++) {
            int i = xo + l;
            float m1 = x[i + step];
            float m2 = x[i + 2 * step];
            y[yo + l] = x[i] + (m1 + m2);
            y[yo + l + pitch] = m1 - m2 + x[i + 3 * step];
        }
    }
}
