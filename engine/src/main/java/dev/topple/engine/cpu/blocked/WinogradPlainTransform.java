// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.WinogradPoints.*;

import java.util.Arrays;

/** The transforms without the Vector API: one pass down the columns, one along the rows, 16 lanes at a time. */
final class WinogradPlainTransform implements WinogradTransform {

    private static final int W = Blocks.WIDTH;

    @Override
    public void input4(int rows, int columns, int tiles, float[] x, int xo, int rowStep, int columnStep, int left,
            int right, float[] t, int to, float[] v, int vo) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 0; column < columns + 2; column++) {
                int c = columns * tile + column;
                int at = to + column * 6 * W;
                if (c < left || c >= right) {
                    Arrays.fill(t, at, at + 6 * W, 0f);
                } else if (rows == 4) {
                    in6(x, xo + c * columnStep, rowStep, t, at, W);
                } else {
                    in5(x, xo + c * columnStep, rowStep, t, at, W);
                }
            }
            for (int row = 4 - rows; row < 6; row++) {
                int o = vo + 6 * row * POSITION + tile * W;
                if (columns == 4) {
                    in6(t, to + row * W, 6 * W, v, o, POSITION);
                } else {
                    in5(t, to + row * W, 6 * W, v, o, POSITION);
                }
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
    public void output4(int rows, int columns, int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo,
            int rowStep) {
        for (int tile = 0; tile < tiles; tile++) {
            for (int column = 4 - columns; column < 6; column++) {
                int i = mo + column * POSITION + tile * W;
                if (rows == 4) {
                    out4(m, i, 6 * POSITION, t, to + column * W, 6 * W);
                } else {
                    out3(m, i, 6 * POSITION, t, to + column * W, 6 * W);
                }
            }
            for (int row = 0; row < rows; row++) {
                int o = yo + row * rowStep + columns * tile * W;
                if (columns == 4) {
                    out4(t, to + row * 6 * W, W, y, o, W);
                } else {
                    out3(t, to + row * 6 * W, W, y, o, W);
                }
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

    /** B^T of F(3, 3) by five vectors; the first point is left out. */
    private static void in5(float[] x, int xo, int step, float[] y, int yo, int pitch) {
        for (int l = 0; l < W; l++) {
            int i = xo + l;
            float x0 = x[i];
            float x1 = x[i + step];
            float x2 = x[i + 2 * step];
            float x3 = x[i + 3 * step];
            float even = Math.fma(x0, -B2, x2) * A2;
            float odd = Math.fma(x1, -B2, x3);
            int o = yo + l;
            y[o + pitch] = Math.fma(odd, A, even);
            y[o + 2 * pitch] = Math.fma(odd, -A, even);
            even = Math.fma(x0, -A2, x2) * B2;
            odd = Math.fma(x1, -A2, x3);
            y[o + 3 * pitch] = Math.fma(odd, B, even);
            y[o + 4 * pitch] = Math.fma(odd, -B, even);
            y[o + 5 * pitch] = Math.fma(x0, AABB, Math.fma(x2, -SUM, x[i + 4 * step]));
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

    /** A^T of F(3, 3) by five vectors, of which the first is one step from x. */
    private static void out3(float[] x, int xo, int step, float[] y, int yo, int pitch) {
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
            y[o] = p + u;
            y[o + pitch] = Math.fma(w, B, q * A);
            y[o + 2 * pitch] = Math.fma(u, B2, Math.fma(p, A2, x[i + 5 * step]));
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
