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
}
