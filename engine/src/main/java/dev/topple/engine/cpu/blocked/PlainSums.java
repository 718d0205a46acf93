// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** Sums over pixels without the Vector API. */
final class PlainSums implements SumLanes {

    private static final int W = Blocks.WIDTH;

    @Override
    public void sum(int pixels, float[] x, int xo, float[] out, int oo) {
        for (int l = 0; l < W; l++) {
            float s04 = part(pixels, 0, x, xo + l) + part(pixels, 4, x, xo + l);
            float s15 = part(pixels, 1, x, xo + l) + part(pixels, 5, x, xo + l);
            float s26 = part(pixels, 2, x, xo + l) + part(pixels, 6, x, xo + l);
            float s37 = part(pixels, 3, x, xo + l) + part(pixels, 7, x, xo + l);
            out[oo + l] = (s04 + s26) + (s15 + s37);
        }
    }

    private static float part(int pixels, int first, float[] x, int xo) {
        float sum = 0f;
        for (int p = first; p < pixels; p += 8) {
            sum += x[xo + p * W];
        }
        return sum;
    }

    @Override
    public void products(int pixels, float[] g, int go, float[] x, int xo, float[] centre, int co, float[] out,
            int oo) {
        for (int l = 0; l < W; l++) {
            float c = centre[co + l];
            float s04 = part(pixels, 0, g, go + l, x, xo + l, c) + part(pixels, 4, g, go + l, x, xo + l, c);
            float s15 = part(pixels, 1, g, go + l, x, xo + l, c) + part(pixels, 5, g, go + l, x, xo + l, c);
            float s26 = part(pixels, 2, g, go + l, x, xo + l, c) + part(pixels, 6, g, go + l, x, xo + l, c);
            float s37 = part(pixels, 3, g, go + l, x, xo + l, c) + part(pixels, 7, g, go + l, x, xo + l, c);
            out[oo + l] = (s04 + s26) + (s15 + s37);
        }
    }

    private static float part(int pixels, int first, float[] g, int go, float[] x, int xo, float centre) {
        float sum = 0f;
        for (int p = first; p < pixels; p += 8) {
            sum = Math.fma(g[go + p * W], x[xo + p * W] - centre, sum);
        }
        return sum;
    }

    @Override
    public void squares(int pixels, float[] x, int xo, float[] centre, int co, float[] out, int oo) {
        for (int l = 0; l < W; l++) {
            float c = centre[co + l];
            float s04 = part(pixels, 0, x, xo + l, c) + part(pixels, 4, x, xo + l, c);
            float s15 = part(pixels, 1, x, xo + l, c) + part(pixels, 5, x, xo + l, c);
            float s26 = part(pixels, 2, x, xo + l, c) + part(pixels, 6, x, xo + l, c);
            float s37 = part(pixels, 3, x, xo + l, c) + part(pixels, 7, x, xo + l, c);
            out[oo + l] = (s04 + s26) + (s15 + s37);
        }
    }

    private static float part(int pixels, int first, float[] x, int xo, float centre) {
        float sum = 0f;
        for (int p = first; p < pixels; p += 8) {
            float d = x[xo + p * W] - centre;
            sum = Math.fma(d, d, sum);
        }
        return sum;
    }
}
