// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/** The inner loops of depthwise convolutions without the Vector API. */
final class PlainDepthwise implements DepthwiseLanes {

    private static final int W = Blocks.WIDTH;

    @Override
    public void window(int pixels, int rows, int columns, float[] x, int xo, int xStep, int xRow, int xColumn,
            float[] w, int wo, int wRow, int wColumn, float[] y, int yo) {
        Arrays.fill(y, yo, yo + pixels * W, 0f);
        for (int p = 0; p < pixels; p++) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    int from = xo + p * xStep + r * xRow + c * xColumn;
                    addProducts(x, from, w, wo + r * wRow + c * wColumn, y, yo + p * W);
                }
            }
        }
    }

    private static void addProducts(float[] x, int xo, float[] w, int wo, float[] y, int yo) {
        for (int l = 0; l < W; l++) {
            y[yo + l] = Math.fma(x[xo + l], w[wo + l], y[yo + l]);
        }
    }

    @Override
    public void sum(int lines, int pixels, float[] x, int xo, int xLine, int xStep, float[] g, int go, int gLine,
            float[] c, int co) {
        for (int l = 0; l < W; l += 4) {
            float c0 = 0f;
            float c1 = 0f;
            float c2 = 0f;
            float c3 = 0f;
            for (int line = 0; line < lines; line++) {
                int i = xo + line * xLine + l;
                int j = go + line * gLine + l;
                for (int p = 0; p < pixels; p++) {
                    c0 = Math.fma(x[i], g[j], c0);
                    c1 = Math.fma(x[i + 1], g[j + 1], c1);
                    c2 = Math.fma(x[i + 2], g[j + 2], c2);
                    c3 = Math.fma(x[i + 3], g[j + 3], c3);
                    i += xStep;
                    j += W;
                }
            }
            c[co + l] += c0;
            c[co + l + 1] += c1;
            c[co + l + 2] += c2;
            c[co + l + 3] += c3;
        }
    }

    @Override
    public void sumNine(int lines, int pixels, float[] x, int xo, int xRow, int xColumn, int xLine, int xStep,
            float[] g, int go, int gLine, float[] c, int co, int cRow) {
        for (int tap = 0; tap < 9; tap++) {
            sum(lines, pixels, x, xo + tap / 3 * xRow + tap % 3 * xColumn, xLine, xStep, g, go, gLine, c,
                    co + tap / 3 * cRow + tap % 3 * W);
        }
    }
}
