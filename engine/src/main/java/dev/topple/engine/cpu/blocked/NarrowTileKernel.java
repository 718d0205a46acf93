// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 128-bit vectors: tiles of 6 pixels by two vectors (half a block), so that 12 accumulators, a
 * broadcast and
 * two vectors of weights fit 16 registers. See {@link WidePairs} for why the tiles look as they do.
 */
final class NarrowTileKernel implements TileKernel {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_128;
    private static final int L = 4;
    private static final int W = Blocks.WIDTH;
    private static final float[] ZEROS = new float[W];

    @Override
    public void multiply(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w,
            int wo, int blocks, float[] c, int co, int pitch, boolean add) {
        if (taps == 0) {
            PlainTileKernel.clear(pixels, blocks, c, co, pitch, add);
            return;
        }
        int row = blocks * W;
        for (int b = 0; b < blocks; b++) {
            for (int lane = 0; lane < W; lane += 2 * L) {
                strip(pixels, taps, offsets, first, channels, x, xo, w, wo + b * W + lane, row, c,
                        co + b * pitch + lane,
                        add);
            }
        }
    }

    @Override
    public void gather(int pixels, float[] x, int xo, int step, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            int from = xo + p * step * W;
            int to = yo + p * W;
            FloatVector.fromArray(S, x, from).intoArray(y, to);
            FloatVector.fromArray(S, x, from + 4).intoArray(y, to + 4);
            FloatVector.fromArray(S, x, from + 8).intoArray(y, to + 8);
            FloatVector.fromArray(S, x, from + 12).intoArray(y, to + 12);
        }
    }

    private static void strip(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, int row, float[] c, int co, boolean add) {
        int height;
        for (int p = 0; p < pixels; p += height) {
            int left = pixels - p;
            height = left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            int from = xo + p * W;
            int to = co + p * W;
            float[] s = add ? c : ZEROS;
            int so = add ? to : 0;
            int step = add ? W : 0;
            switch (height) {
                case 6 -> tile6(taps, offsets, first, channels, x, from, w, wo, row, s, so, step, c, to);
                case 4 -> tile4(taps, offsets, first, channels, x, from, w, wo, row, s, so, step, c, to);
                case 2 -> tile2(taps, offsets, first, channels, x, from, w, wo, row, s, so, step, c, to);
                default -> tile1(taps, offsets, first, channels, x, from, w, wo, row, s, so, step, c, to);
            }
        }
    }

    private static void tile6(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, int row, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        FloatVector c4a = FloatVector.zero(S);
        FloatVector c4b = FloatVector.zero(S);
        FloatVector c5a = FloatVector.zero(S);
        FloatVector c5b = FloatVector.zero(S);
        int n = taps * channels;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 1;
        for (int k = 0; k < n; k++) {
            i += 1;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 1;
            int j = wo + k * row;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
            b = FloatVector.broadcast(S, x[i + 2 * W]);
            c2a = b.fma(u, c2a);
            c2b = b.fma(v, c2b);
            b = FloatVector.broadcast(S, x[i + 3 * W]);
            c3a = b.fma(u, c3a);
            c3b = b.fma(v, c3b);
            b = FloatVector.broadcast(S, x[i + 4 * W]);
            c4a = b.fma(u, c4a);
            c4b = b.fma(v, c4b);
            b = FloatVector.broadcast(S, x[i + 5 * W]);
            c5a = b.fma(u, c5a);
            c5b = b.fma(v, c5b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + L).add(c0b).intoArray(c, co + L);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + L).add(c1b).intoArray(c, co + W + L);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2a).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 2 * step + L).add(c2b).intoArray(c, co + 2 * W + L);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3a).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 3 * step + L).add(c3b).intoArray(c, co + 3 * W + L);
        FloatVector.fromArray(S, s, so + 4 * step).add(c4a).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, s, so + 4 * step + L).add(c4b).intoArray(c, co + 4 * W + L);
        FloatVector.fromArray(S, s, so + 5 * step).add(c5a).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, s, so + 5 * step + L).add(c5b).intoArray(c, co + 5 * W + L);
    }

    private static void tile4(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, int row, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        int n = taps * channels;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 1;
        for (int k = 0; k < n; k++) {
            i += 1;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 1;
            int j = wo + k * row;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
            b = FloatVector.broadcast(S, x[i + 2 * W]);
            c2a = b.fma(u, c2a);
            c2b = b.fma(v, c2b);
            b = FloatVector.broadcast(S, x[i + 3 * W]);
            c3a = b.fma(u, c3a);
            c3b = b.fma(v, c3b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + L).add(c0b).intoArray(c, co + L);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + L).add(c1b).intoArray(c, co + W + L);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2a).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 2 * step + L).add(c2b).intoArray(c, co + 2 * W + L);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3a).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 3 * step + L).add(c3b).intoArray(c, co + 3 * W + L);
    }

    private static void tile2(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, int row, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        int n = taps * channels;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 1;
        for (int k = 0; k < n; k++) {
            i += 1;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 1;
            int j = wo + k * row;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + L).add(c0b).intoArray(c, co + L);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + L).add(c1b).intoArray(c, co + W + L);
    }

    private static void tile1(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, int row, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        int n = taps * channels;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 1;
        for (int k = 0; k < n; k++) {
            i += 1;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 1;
            int j = wo + k * row;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + L).add(c0b).intoArray(c, co + L);
    }
}
