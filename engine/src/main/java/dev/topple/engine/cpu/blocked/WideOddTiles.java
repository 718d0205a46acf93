// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles for an odd number of channels, one at a time; see {@link WidePairs}. Few need them (the three colours of an
 * image, the last channels of an odd number), so there are few.
 */
final class WideOddTiles {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;
    private static final int W = Blocks.WIDTH;

    private WideOddTiles() {
    }

    static void pair12(int taps, int[] offsets, int first, int channels, float[] x, int xo,
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
        FloatVector c6a = FloatVector.zero(S);
        FloatVector c6b = FloatVector.zero(S);
        FloatVector c7a = FloatVector.zero(S);
        FloatVector c7b = FloatVector.zero(S);
        FloatVector c8a = FloatVector.zero(S);
        FloatVector c8b = FloatVector.zero(S);
        FloatVector c9a = FloatVector.zero(S);
        FloatVector c9b = FloatVector.zero(S);
        FloatVector c10a = FloatVector.zero(S);
        FloatVector c10b = FloatVector.zero(S);
        FloatVector c11a = FloatVector.zero(S);
        FloatVector c11b = FloatVector.zero(S);
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
            int j = wo + k * 2 * L;
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
            b = FloatVector.broadcast(S, x[i + 6 * W]);
            c6a = b.fma(u, c6a);
            c6b = b.fma(v, c6b);
            b = FloatVector.broadcast(S, x[i + 7 * W]);
            c7a = b.fma(u, c7a);
            c7b = b.fma(v, c7b);
            b = FloatVector.broadcast(S, x[i + 8 * W]);
            c8a = b.fma(u, c8a);
            c8b = b.fma(v, c8b);
            b = FloatVector.broadcast(S, x[i + 9 * W]);
            c9a = b.fma(u, c9a);
            c9b = b.fma(v, c9b);
            b = FloatVector.broadcast(S, x[i + 10 * W]);
            c10a = b.fma(u, c10a);
            c10b = b.fma(v, c10b);
            b = FloatVector.broadcast(S, x[i + 11 * W]);
            c11a = b.fma(u, c11a);
            c11b = b.fma(v, c11b);
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
        FloatVector.fromArray(S, s, so + 6 * step).add(c6a).intoArray(c, co + 6 * W);
        FloatVector.fromArray(S, s, so + 6 * step + rise).add(c6b).intoArray(c, co + 6 * W + pitch);
        FloatVector.fromArray(S, s, so + 7 * step).add(c7a).intoArray(c, co + 7 * W);
        FloatVector.fromArray(S, s, so + 7 * step + rise).add(c7b).intoArray(c, co + 7 * W + pitch);
        FloatVector.fromArray(S, s, so + 8 * step).add(c8a).intoArray(c, co + 8 * W);
        FloatVector.fromArray(S, s, so + 8 * step + rise).add(c8b).intoArray(c, co + 8 * W + pitch);
        FloatVector.fromArray(S, s, so + 9 * step).add(c9a).intoArray(c, co + 9 * W);
        FloatVector.fromArray(S, s, so + 9 * step + rise).add(c9b).intoArray(c, co + 9 * W + pitch);
        FloatVector.fromArray(S, s, so + 10 * step).add(c10a).intoArray(c, co + 10 * W);
        FloatVector.fromArray(S, s, so + 10 * step + rise).add(c10b).intoArray(c, co + 10 * W + pitch);
        FloatVector.fromArray(S, s, so + 11 * step).add(c11a).intoArray(c, co + 11 * W);
        FloatVector.fromArray(S, s, so + 11 * step + rise).add(c11b).intoArray(c, co + 11 * W + pitch);
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
            int j = wo + k * 2 * L;
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

    static void tile4(int taps, int[] offsets, int first, int channels, float[] x, int xo,
            float[] w, int wo, float[] s, int so, int step, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
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
            int j = wo + k * L;
            FloatVector u = FloatVector.fromArray(S, w, j);
            FloatVector b = FloatVector.broadcast(S, x[i]);
            c0 = b.fma(u, c0);
            b = FloatVector.broadcast(S, x[i + W]);
            c1 = b.fma(u, c1);
            b = FloatVector.broadcast(S, x[i + 2 * W]);
            c2 = b.fma(u, c2);
            b = FloatVector.broadcast(S, x[i + 3 * W]);
            c3 = b.fma(u, c3);
        }
        FloatVector.fromArray(S, s, so).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, s, so + step).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, s, so + 2 * step).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, s, so + 3 * step).add(c3).intoArray(c, co + 3 * W);
    }
}
