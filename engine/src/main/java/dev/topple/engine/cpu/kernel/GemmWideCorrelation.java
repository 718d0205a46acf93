// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The correlation for 512-bit vectors: tiles of 6 rows by 32 columns. More rows need more indices than a processor has
 * registers for, and 6 by 64 was measured to spill. See {@link GemmKernel#correlate}.
 */
final class GemmWideCorrelation {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;

    private GemmWideCorrelation() {
    }

    static void run(int rows, int[] offsets, float[] x, int xo, int[] starts, int positions, float[] g, int go,
            int vectors, float[] c, int co) {
        int pitch = vectors * L;
        for (int from = 0; from < positions; from += GemmKernel.POSITION_BLOCK) {
            int to = Math.min(positions, from + GemmKernel.POSITION_BLOCK);
            int vector = 0;
            for (; vector + 2 <= vectors; vector += 2) {
                for (int row = 0; row < rows; row += GemmKernel.CORRELATE_ROWS) {
                    tile2(offsets, row, x, xo, starts, from, to, g, go + vector * L, pitch, c,
                            co + row * pitch + vector * L);
                }
            }
            for (; vector < vectors; vector++) {
                for (int row = 0; row < rows; row += GemmKernel.CORRELATE_ROWS) {
                    tile1(offsets, row, x, xo, starts, from, to, g, go + vector * L, pitch, c,
                            co + row * pitch + vector * L);
                }
            }
        }
    }

    private static void tile2(int[] offsets, int row, float[] x, int xo, int[] starts, int from, int to, float[] g,
            int go, int pitch, float[] c, int co) {
        int x0 = xo + offsets[row];
        int x1 = xo + offsets[row + 1];
        int x2 = xo + offsets[row + 2];
        int x3 = xo + offsets[row + 3];
        int x4 = xo + offsets[row + 4];
        int x5 = xo + offsets[row + 5];
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
        for (int p = from; p < to; p++) {
            int s = starts[p];
            int i = go + p * pitch;
            FloatVector ga = FloatVector.fromArray(S, g, i);
            FloatVector gb = FloatVector.fromArray(S, g, i + L);
            FloatVector w = FloatVector.broadcast(S, x[x0 + s]);
            c0a = w.fma(ga, c0a);
            c0b = w.fma(gb, c0b);
            w = FloatVector.broadcast(S, x[x1 + s]);
            c1a = w.fma(ga, c1a);
            c1b = w.fma(gb, c1b);
            w = FloatVector.broadcast(S, x[x2 + s]);
            c2a = w.fma(ga, c2a);
            c2b = w.fma(gb, c2b);
            w = FloatVector.broadcast(S, x[x3 + s]);
            c3a = w.fma(ga, c3a);
            c3b = w.fma(gb, c3b);
            w = FloatVector.broadcast(S, x[x4 + s]);
            c4a = w.fma(ga, c4a);
            c4b = w.fma(gb, c4b);
            w = FloatVector.broadcast(S, x[x5 + s]);
            c5a = w.fma(ga, c5a);
            c5b = w.fma(gb, c5b);
        }
        int at = co;
        FloatVector.fromArray(S, c, at).add(c0a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c0b).intoArray(c, at + L);
        at = co + pitch;
        FloatVector.fromArray(S, c, at).add(c1a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c1b).intoArray(c, at + L);
        at = co + 2 * pitch;
        FloatVector.fromArray(S, c, at).add(c2a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c2b).intoArray(c, at + L);
        at = co + 3 * pitch;
        FloatVector.fromArray(S, c, at).add(c3a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c3b).intoArray(c, at + L);
        at = co + 4 * pitch;
        FloatVector.fromArray(S, c, at).add(c4a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c4b).intoArray(c, at + L);
        at = co + 5 * pitch;
        FloatVector.fromArray(S, c, at).add(c5a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c5b).intoArray(c, at + L);
    }

    private static void tile1(int[] offsets, int row, float[] x, int xo, int[] starts, int from, int to, float[] g,
            int go, int pitch, float[] c, int co) {
        int x0 = xo + offsets[row];
        int x1 = xo + offsets[row + 1];
        int x2 = xo + offsets[row + 2];
        int x3 = xo + offsets[row + 3];
        int x4 = xo + offsets[row + 4];
        int x5 = xo + offsets[row + 5];
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c4a = FloatVector.zero(S);
        FloatVector c5a = FloatVector.zero(S);
        for (int p = from; p < to; p++) {
            int s = starts[p];
            int i = go + p * pitch;
            FloatVector ga = FloatVector.fromArray(S, g, i);
            FloatVector w = FloatVector.broadcast(S, x[x0 + s]);
            c0a = w.fma(ga, c0a);
            w = FloatVector.broadcast(S, x[x1 + s]);
            c1a = w.fma(ga, c1a);
            w = FloatVector.broadcast(S, x[x2 + s]);
            c2a = w.fma(ga, c2a);
            w = FloatVector.broadcast(S, x[x3 + s]);
            c3a = w.fma(ga, c3a);
            w = FloatVector.broadcast(S, x[x4 + s]);
            c4a = w.fma(ga, c4a);
            w = FloatVector.broadcast(S, x[x5 + s]);
            c5a = w.fma(ga, c5a);
        }
        int at = co;
        FloatVector.fromArray(S, c, at).add(c0a).intoArray(c, at);
        at = co + pitch;
        FloatVector.fromArray(S, c, at).add(c1a).intoArray(c, at);
        at = co + 2 * pitch;
        FloatVector.fromArray(S, c, at).add(c2a).intoArray(c, at);
        at = co + 3 * pitch;
        FloatVector.fromArray(S, c, at).add(c3a).intoArray(c, at);
        at = co + 4 * pitch;
        FloatVector.fromArray(S, c, at).add(c4a).intoArray(c, at);
        at = co + 5 * pitch;
        FloatVector.fromArray(S, c, at).add(c5a).intoArray(c, at);
    }
}
