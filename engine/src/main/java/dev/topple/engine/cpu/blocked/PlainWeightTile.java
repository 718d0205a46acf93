// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** The kernel without the Vector API: four lanes at a time in local variables. */
final class PlainWeightTile implements WeightTile {

    private static final int W = Blocks.WIDTH;

    @Override
    public void add(int rows, int blocks, int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        for (int r = 0; r < rows; r++) {
            for (int b = 0; b < blocks; b++) {
                for (int l = 0; l < W; l += 4) {
                    four(images, lines, pixels, x, xo + r, xImage, xLine, xStep, g, go + b * gPitch + l, gImage, gLine,
                            c, co + (r * blocks + b) * W + l);
                }
            }
        }
    }

    private static void four(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine, int xStep,
            float[] g, int go, int gImage, int gLine, float[] c, int co) {
        float c0 = 0f;
        float c1 = 0f;
        float c2 = 0f;
        float c3 = 0f;
        for (int n = 0; n < images * lines; n++) {
            int i = xo + n / lines * xImage + n % lines * xLine;
            int j = go + n / lines * gImage + n % lines * gLine;
            for (int p = 0; p < pixels; p++) {
                float v = x[i];
                c0 = Math.fma(v, g[j], c0);
                c1 = Math.fma(v, g[j + 1], c1);
                c2 = Math.fma(v, g[j + 2], c2);
                c3 = Math.fma(v, g[j + 3], c3);
                i += xStep;
                j += W;
            }
        }
        c[co] += c0;
        c[co + 1] += c1;
        c[co + 2] += c2;
        c[co + 3] += c3;
    }
}
