// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** The inner loops of interpolation without the Vector API. */
final class PlainResize implements ResizeLanes {

    private static final int W = Blocks.WIDTH;

    private static float along(ResizeAxis columns, int i, float[] x, int xo, int lane) {
        float a = x[xo + columns.first()[i] * W + lane];
        float t = columns.weight()[i];
        return columns.first()[i] == columns.second()[i]
                ? a
                : Math.fma(x[xo + columns.second()[i] * W + lane], t, a * (1 - t));
    }

    @Override
    public void stretch(ResizeAxis columns, float[] x, int xo, float[] y, int yo) {
        for (int i = 0; i < columns.first().length; i++) {
            for (int l = 0; l < W; l++) {
                y[yo + i * W + l] = along(columns, i, x, xo, l);
            }
        }
    }

    @Override
    public void blend(ResizeAxis columns, float[] x, int first, int second, float weight, float[] y, int yo) {
        for (int i = 0; i < columns.first().length; i++) {
            for (int l = 0; l < W; l++) {
                y[yo + i * W + l] = Math.fma(along(columns, i, x, second, l), weight,
                        along(columns, i, x, first, l) * (1 - weight));
            }
        }
    }

    @Override
    public void addRows(int pixels, int rows, float[] g, int go, int pitch, float[] shares, int at, float[] sum,
            int so) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < pixels * W; i++) {
                sum[so + i] = Math.fma(g[go + r * pitch + i], shares[at + r], sum[so + i]);
            }
        }
    }

    @Override
    public void gather(ResizeAxis columns, float[] row, int ro, float[] y, int yo) {
        for (int p = 0; p < columns.from().length; p++) {
            for (int l = 0; l < W; l++) {
                float sum = 0f;
                int at = columns.shareAt()[p];
                for (int i = columns.from()[p]; i < columns.to()[p]; i++) {
                    sum = Math.fma(row[ro + i * W + l], columns.shares()[at++], sum);
                }
                y[yo + p * W + l] = sum;
            }
        }
    }
}
