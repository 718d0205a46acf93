// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The lower tiles of two blocks; see {@link WidePairs}. */
final class WideLowPairs {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;
    private static final int W = Blocks.WIDTH;

    private WideLowPairs() {
    }

    static void pair6(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, int rise, float[] c, int co, int pitch) {
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
            int j = wo + k * 4 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + 1 * L);
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
            u = FloatVector.fromArray(S, w, j + 2 * L);
            v = FloatVector.fromArray(S, w, j + 3 * L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W + 1]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
            b = FloatVector.broadcast(S, x[i + 2 * W + 1]);
            c2a = b.fma(u, c2a);
            c2b = b.fma(v, c2b);
            b = FloatVector.broadcast(S, x[i + 3 * W + 1]);
            c3a = b.fma(u, c3a);
            c3b = b.fma(v, c3b);
            b = FloatVector.broadcast(S, x[i + 4 * W + 1]);
            c4a = b.fma(u, c4a);
            c4b = b.fma(v, c4b);
            b = FloatVector.broadcast(S, x[i + 5 * W + 1]);
            c5a = b.fma(u, c5a);
            c5b = b.fma(v, c5b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + rise).add(c0b).intoArray(c, co + pitch);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + rise).add(c1b).intoArray(c, co + W + pitch);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2a).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 2 * step + rise).add(c2b).intoArray(c, co + 2 * W + pitch);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3a).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 3 * step + rise).add(c3b).intoArray(c, co + 3 * W + pitch);
        FloatVector.fromArray(S, s, so + 4 * step).add(c4a).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, s, so + 4 * step + rise).add(c4b).intoArray(c, co + 4 * W + pitch);
        FloatVector.fromArray(S, s, so + 5 * step).add(c5a).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, s, so + 5 * step + rise).add(c5b).intoArray(c, co + 5 * W + pitch);
    }

    static void pair4(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, int rise, float[] c, int co, int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
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
            int j = wo + k * 4 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + 1 * L);
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
            u = FloatVector.fromArray(S, w, j + 2 * L);
            v = FloatVector.fromArray(S, w, j + 3 * L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W + 1]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
            b = FloatVector.broadcast(S, x[i + 2 * W + 1]);
            c2a = b.fma(u, c2a);
            c2b = b.fma(v, c2b);
            b = FloatVector.broadcast(S, x[i + 3 * W + 1]);
            c3a = b.fma(u, c3a);
            c3b = b.fma(v, c3b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + rise).add(c0b).intoArray(c, co + pitch);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + rise).add(c1b).intoArray(c, co + W + pitch);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2a).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 2 * step + rise).add(c2b).intoArray(c, co + 2 * W + pitch);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3a).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, s, so + 3 * step + rise).add(c3b).intoArray(c, co + 3 * W + pitch);
    }

    static void pair2(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, int rise, float[] c, int co, int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
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
            int j = wo + k * 4 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + 1 * L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
            u = FloatVector.fromArray(S, w, j + 2 * L);
            v = FloatVector.fromArray(S, w, j + 3 * L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            b = FloatVector.broadcast(S, x[i + W + 1]);
            c1a = b.fma(u, c1a);
            c1b = b.fma(v, c1b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + rise).add(c0b).intoArray(c, co + pitch);
        FloatVector.fromArray(S, s, so + step).add(c1a).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + step + rise).add(c1b).intoArray(c, co + W + pitch);
    }

    static void pair1(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, int rise, float[] c, int co, int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
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
            int j = wo + k * 4 * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector v = FloatVector.fromArray(S, w, j + 1 * L);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
            u = FloatVector.fromArray(S, w, j + 2 * L);
            v = FloatVector.fromArray(S, w, j + 3 * L);
            b = FloatVector.broadcast(S, x[i + 1]);
            c0a = b.fma(u, c0a);
            c0b = b.fma(v, c0b);
        }
        FloatVector.fromArray(S, s, so).add(c0a).intoArray(c, co);
        FloatVector.fromArray(S, s, so + rise).add(c0b).intoArray(c, co + pitch);
    }
}
