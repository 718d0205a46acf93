// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 512-bit vectors: a block is one vector. There are only two heights, 12 and 8 pixels: a height that few
 * rows end with would be called so seldom that the JVM runs it uncompiled for thousands of steps, at a hundredth of the
 * speed, and each one that is called often costs half a second of compilation at the start. Tiles of two blocks are in
 * {@link WidePairs}, which says why they look as they do.
 */
final class WideTileKernel implements TileKernel {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;
    private static final int W = Blocks.WIDTH;
    private static final float[] ZEROS = new float[2 * W];

    @Override
    public void multiply(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w,
            int wo, int blocks, float[] c, int co, int pitch, boolean add) {
        if (taps == 0) {
            PlainTileKernel.clear(pixels, blocks, c, co, pitch, add);
            return;
        }
        float[] s = add ? c : ZEROS;
        int so = add ? co : CacheLine.FIRST;
        int step = add ? W : 0;
        if (channels % 2 != 0) {
            odd(pixels, taps, offsets, first, channels, x, xo, w, wo, blocks, s, so, step, c, co, pitch);
        } else if (blocks == 2) {
            int rise = add ? pitch : 0;
            if (pixels > 8) {
                WidePairs.pair12(taps, offsets, first, channels, x, xo, w, wo, s, so, step, rise, c, co, pitch);
            } else {
                WidePairs.pair8(taps, offsets, first, channels, x, xo, w, wo, s, so, step, rise, c, co, pitch);
            }
        } else if (pixels > 8) {
            tile12(taps, offsets, first, channels, x, xo, w, wo, s, so, step, c, co);
        } else {
            tile8(taps, offsets, first, channels, x, xo, w, wo, s, so, step, c, co);
        }
    }

    /** Few meet an odd number of channels: the three colours, the classes of a task. */
    private static void odd(int pixels, int taps, int[] offsets, int first, int channels, float[] x, int xo, float[] w,
            int wo, int blocks, float[] s, int so, int step, float[] c, int co, int pitch) {
        int rise = step == 0 ? 0 : pitch;
        if (blocks == 2 && pixels > 8) {
            WideOddTiles.pair12(taps, offsets, first, channels, x, xo, w, wo, s, so, step, rise, c, co, pitch);
            return;
        }
        for (int p = 0; p < pixels; p += 4) {
            int from = xo + p * W;
            int to = co + p * W;
            int add = so + p * step;
            if (blocks == 2) {
                WideOddTiles.pair4(taps, offsets, first, channels, x, from, w, wo, s, add, step, rise, c, to, pitch);
            } else {
                WideOddTiles.tile4(taps, offsets, first, channels, x, from, w, wo, s, add, step, c, to);
            }
        }
    }

    @Override
    public void gather(int pixels, float[] x, int xo, int step, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            int from = xo + p * step * W;
            int to = yo + p * W;
            FloatVector.fromArray(S, x, from).intoArray(y, to);
        }
    }

    private static void tile12(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        FloatVector c9 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        int n = taps * channels / 2;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 2;
        for (int k = 0; k < n; k++) {
            i += 2;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 2;
            int j = wo + k * 2 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0 = b.fma(u, c0);
            b = FloatVector.broadcast(S, x[i + W]);
            c1 = b.fma(u, c1);
            b = FloatVector.broadcast(S, x[i + 2 * W]);
            c2 = b.fma(u, c2);
            b = FloatVector.broadcast(S, x[i + 3 * W]);
            c3 = b.fma(u, c3);
            b = FloatVector.broadcast(S, x[i + 4 * W]);
            c4 = b.fma(u, c4);
            b = FloatVector.broadcast(S, x[i + 5 * W]);
            c5 = b.fma(u, c5);
            b = FloatVector.broadcast(S, x[i + 6 * W]);
            c6 = b.fma(u, c6);
            b = FloatVector.broadcast(S, x[i + 7 * W]);
            c7 = b.fma(u, c7);
            b = FloatVector.broadcast(S, x[i + 8 * W]);
            c8 = b.fma(u, c8);
            b = FloatVector.broadcast(S, x[i + 9 * W]);
            c9 = b.fma(u, c9);
            b = FloatVector.broadcast(S, x[i + 10 * W]);
            c10 = b.fma(u, c10);
            b = FloatVector.broadcast(S, x[i + 11 * W]);
            c11 = b.fma(u, c11);
            u = FloatVector.fromArray(S, w, j + L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0 = b.fma(u, c0);
            b = FloatVector.broadcast(S, x[i + W + 1]);
            c1 = b.fma(u, c1);
            b = FloatVector.broadcast(S, x[i + 2 * W + 1]);
            c2 = b.fma(u, c2);
            b = FloatVector.broadcast(S, x[i + 3 * W + 1]);
            c3 = b.fma(u, c3);
            b = FloatVector.broadcast(S, x[i + 4 * W + 1]);
            c4 = b.fma(u, c4);
            b = FloatVector.broadcast(S, x[i + 5 * W + 1]);
            c5 = b.fma(u, c5);
            b = FloatVector.broadcast(S, x[i + 6 * W + 1]);
            c6 = b.fma(u, c6);
            b = FloatVector.broadcast(S, x[i + 7 * W + 1]);
            c7 = b.fma(u, c7);
            b = FloatVector.broadcast(S, x[i + 8 * W + 1]);
            c8 = b.fma(u, c8);
            b = FloatVector.broadcast(S, x[i + 9 * W + 1]);
            c9 = b.fma(u, c9);
            b = FloatVector.broadcast(S, x[i + 10 * W + 1]);
            c10 = b.fma(u, c10);
            b = FloatVector.broadcast(S, x[i + 11 * W + 1]);
            c11 = b.fma(u, c11);
        }
        FloatVector.fromArray(S, s, so).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, s, so + step).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 4 * step).add(c4).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, s, so + 5 * step).add(c5).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, s, so + 6 * step).add(c6).intoArray(c, co + 6 * W);
        FloatVector.fromArray(S, s, so + 7 * step).add(c7).intoArray(c, co + 7 * W);
        FloatVector.fromArray(S, s, so + 8 * step).add(c8).intoArray(c, co + 8 * W);
        FloatVector.fromArray(S, s, so + 9 * step).add(c9).intoArray(c, co + 9 * W);
        FloatVector.fromArray(S, s, so + 10 * step).add(c10).intoArray(c, co + 10 * W);
        FloatVector.fromArray(S, s, so + 11 * step).add(c11).intoArray(c, co + 11 * W);
    }

    private static void tile8(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        int n = taps * channels / 2;
        int tap = first;
        int left = channels;
        int i = xo + offsets[tap] - 2;
        for (int k = 0; k < n; k++) {
            i += 2;
            if (left == 0) {
                tap++;
                i = xo + offsets[tap];
                left = channels;
            }
            left -= 2;
            int j = wo + k * 2 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0 = b.fma(u, c0);
            b = FloatVector.broadcast(S, x[i + W]);
            c1 = b.fma(u, c1);
            b = FloatVector.broadcast(S, x[i + 2 * W]);
            c2 = b.fma(u, c2);
            b = FloatVector.broadcast(S, x[i + 3 * W]);
            c3 = b.fma(u, c3);
            b = FloatVector.broadcast(S, x[i + 4 * W]);
            c4 = b.fma(u, c4);
            b = FloatVector.broadcast(S, x[i + 5 * W]);
            c5 = b.fma(u, c5);
            b = FloatVector.broadcast(S, x[i + 6 * W]);
            c6 = b.fma(u, c6);
            b = FloatVector.broadcast(S, x[i + 7 * W]);
            c7 = b.fma(u, c7);
            u = FloatVector.fromArray(S, w, j + L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0 = b.fma(u, c0);
            b = FloatVector.broadcast(S, x[i + W + 1]);
            c1 = b.fma(u, c1);
            b = FloatVector.broadcast(S, x[i + 2 * W + 1]);
            c2 = b.fma(u, c2);
            b = FloatVector.broadcast(S, x[i + 3 * W + 1]);
            c3 = b.fma(u, c3);
            b = FloatVector.broadcast(S, x[i + 4 * W + 1]);
            c4 = b.fma(u, c4);
            b = FloatVector.broadcast(S, x[i + 5 * W + 1]);
            c5 = b.fma(u, c5);
            b = FloatVector.broadcast(S, x[i + 6 * W + 1]);
            c6 = b.fma(u, c6);
            b = FloatVector.broadcast(S, x[i + 7 * W + 1]);
            c7 = b.fma(u, c7);
        }
        FloatVector.fromArray(S, s, so).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, s, so + step).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 4 * step).add(c4).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, s, so + 5 * step).add(c5).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, s, so + 6 * step).add(c6).intoArray(c, co + 6 * W);
        FloatVector.fromArray(S, s, so + 7 * step).add(c7).intoArray(c, co + 7 * W);
    }
}
