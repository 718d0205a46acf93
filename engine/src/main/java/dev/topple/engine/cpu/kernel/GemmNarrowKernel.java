// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 256-bit vectors, or 128-bit ones where these are chosen: tiles of 6 rows by 2 vectors, so that the 12
 * accumulators, two vectors of B and a broadcast of A fit 16 registers.
 */
final class GemmNarrowKernel implements GemmKernel {

    private static final VectorSpecies<Float> S = Simd.chosen() == Simd.BITS_128
            ? FloatVector.SPECIES_128
            : FloatVector.SPECIES_256;
    private static final int L = S.length();

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public int rows() {
        return 6;
    }

    @Override
    public int panel(int left) {
        return left > 4 ? 6 : left > 2 ? 4 : 2;
    }

    @Override
    public void multiply(int rows, int depth, float[] a, int ao, int[] offsets, float[] b, int bo, int[] starts,
            int vectors, float[] c, int co, int pitch, boolean add) {
        if (!add) {
            int padded = paddedRows(rows);
            for (int row = 0; row < padded; row++) {
                Arrays.fill(c, co + row * pitch, co + row * pitch + pitch, 0f);
            }
        }
        for (int v = 0; v < vectors; v += 2) {
            int b0 = bo + starts[v];
            int b1 = v + 1 < vectors ? bo + starts[v + 1] : b0;
            int panel;
            for (int row = 0; row < rows; row += panel) {
                panel = panel(rows - row);
                int at = ao + row * depth;
                int to = co + row * pitch + v * L;
                switch (panel) {
                    case 6 -> tile6(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                    case 4 -> tile4(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                    default -> tile2(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                }
            }
        }
    }

    @Override
    public void correlate(int rows, int[] offsets, float[] x, int xo, int[] starts, int positions, float[] g, int go,
            int vectors, float[] c, int co) {
        int pitch = vectors * L;
        for (int from = 0; from < positions; from += GemmKernel.POSITION_BLOCK) {
            int to = Math.min(positions, from + GemmKernel.POSITION_BLOCK);
            int vector = 0;
            for (; vector + 2 <= vectors; vector += 2) {
                for (int row = 0; row < rows; row += GemmKernel.CORRELATE_ROWS) {
                    correlate2(offsets, row, x, xo, starts, from, to, g, go + vector * L, pitch, c,
                            co + row * pitch + vector * L);
                }
            }
            for (; vector < vectors; vector++) {
                for (int row = 0; row < rows; row += GemmKernel.CORRELATE_ROWS) {
                    correlate1(offsets, row, x, xo, starts, from, to, g, go + vector * L, pitch, c,
                            co + row * pitch + vector * L);
                }
            }
        }
    }

    @Override
    public void finish(GemmEpilogue epilogue, int row, float[] c, int co, float[] y, int yo, int ro, int n) {
        GemmFinish.run(epilogue, row, c, co, y, yo, ro, n);
    }

    private static void tile6(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c,
            int co, int pitch) {
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
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 6 * k;
            FloatVector x = FloatVector.fromArray(S, b, b0 + o);
            FloatVector y = FloatVector.fromArray(S, b, b1 + o);
            FloatVector w = FloatVector.broadcast(S, a[i]);
            c0a = w.fma(x, c0a);
            c0b = w.fma(y, c0b);
            w = FloatVector.broadcast(S, a[i + 1]);
            c1a = w.fma(x, c1a);
            c1b = w.fma(y, c1b);
            w = FloatVector.broadcast(S, a[i + 2]);
            c2a = w.fma(x, c2a);
            c2b = w.fma(y, c2b);
            w = FloatVector.broadcast(S, a[i + 3]);
            c3a = w.fma(x, c3a);
            c3b = w.fma(y, c3b);
            w = FloatVector.broadcast(S, a[i + 4]);
            c4a = w.fma(x, c4a);
            c4b = w.fma(y, c4b);
            w = FloatVector.broadcast(S, a[i + 5]);
            c5a = w.fma(x, c5a);
            c5b = w.fma(y, c5b);
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

    private static void tile4(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c,
            int co, int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 4 * k;
            FloatVector x = FloatVector.fromArray(S, b, b0 + o);
            FloatVector y = FloatVector.fromArray(S, b, b1 + o);
            FloatVector w = FloatVector.broadcast(S, a[i]);
            c0a = w.fma(x, c0a);
            c0b = w.fma(y, c0b);
            w = FloatVector.broadcast(S, a[i + 1]);
            c1a = w.fma(x, c1a);
            c1b = w.fma(y, c1b);
            w = FloatVector.broadcast(S, a[i + 2]);
            c2a = w.fma(x, c2a);
            c2b = w.fma(y, c2b);
            w = FloatVector.broadcast(S, a[i + 3]);
            c3a = w.fma(x, c3a);
            c3b = w.fma(y, c3b);
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
    }

    private static void tile2(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c,
            int co, int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 2 * k;
            FloatVector x = FloatVector.fromArray(S, b, b0 + o);
            FloatVector y = FloatVector.fromArray(S, b, b1 + o);
            FloatVector w = FloatVector.broadcast(S, a[i]);
            c0a = w.fma(x, c0a);
            c0b = w.fma(y, c0b);
            w = FloatVector.broadcast(S, a[i + 1]);
            c1a = w.fma(x, c1a);
            c1b = w.fma(y, c1b);
        }
        int at = co;
        FloatVector.fromArray(S, c, at).add(c0a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c0b).intoArray(c, at + L);
        at = co + pitch;
        FloatVector.fromArray(S, c, at).add(c1a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c1b).intoArray(c, at + L);
    }

    private static void correlate2(int[] offsets, int row, float[] x, int xo, int[] starts, int from, int to, float[] g,
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

    private static void correlate1(int[] offsets, int row, float[] x, int xo, int[] starts, int from, int to, float[] g,
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
