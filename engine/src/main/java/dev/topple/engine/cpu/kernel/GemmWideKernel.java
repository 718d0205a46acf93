// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 512-bit vectors: tiles of 12 rows by 32 columns, 24 accumulators. With the two vectors of B and the
 * broadcast of A that is 27 of the 32 registers; larger tiles were measured to spill. Smaller tiles serve the last
 * rows.
 *
 * <p>Accumulators are locals and every step is written out, because only then does the JVM's compiler keep them in
 * registers. For the same reason a tile is always added to C, which is set to 0 beforehand where need be: a second way
 * out of the loop was measured to exceed what the compiler inlines, at a tenth of the speed.
 */
final class GemmWideKernel implements GemmKernel {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public int rows() {
        return 12;
    }

    @Override
    public int panel(int left) {
        return left > 8 ? 12 : left > 4 ? 8 : 4;
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
                    case 12 -> {
                        if (v + 1 < vectors) {
                            tile12(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                        } else {
                            half12(depth, a, at, offsets, b, b0, c, to, pitch);
                        }
                    }
                    case 8 -> tile8(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                    default -> tile4(depth, a, at, offsets, b, b0, b1, c, to, pitch);
                }
            }
        }
    }

    private static void tile12(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c,
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
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 12 * k;
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
            w = FloatVector.broadcast(S, a[i + 6]);
            c6a = w.fma(x, c6a);
            c6b = w.fma(y, c6b);
            w = FloatVector.broadcast(S, a[i + 7]);
            c7a = w.fma(x, c7a);
            c7b = w.fma(y, c7b);
            w = FloatVector.broadcast(S, a[i + 8]);
            c8a = w.fma(x, c8a);
            c8b = w.fma(y, c8b);
            w = FloatVector.broadcast(S, a[i + 9]);
            c9a = w.fma(x, c9a);
            c9b = w.fma(y, c9b);
            w = FloatVector.broadcast(S, a[i + 10]);
            c10a = w.fma(x, c10a);
            c10b = w.fma(y, c10b);
            w = FloatVector.broadcast(S, a[i + 11]);
            c11a = w.fma(x, c11a);
            c11b = w.fma(y, c11b);
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
        at = co + 6 * pitch;
        FloatVector.fromArray(S, c, at).add(c6a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c6b).intoArray(c, at + L);
        at = co + 7 * pitch;
        FloatVector.fromArray(S, c, at).add(c7a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c7b).intoArray(c, at + L);
        at = co + 8 * pitch;
        FloatVector.fromArray(S, c, at).add(c8a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c8b).intoArray(c, at + L);
        at = co + 9 * pitch;
        FloatVector.fromArray(S, c, at).add(c9a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c9b).intoArray(c, at + L);
        at = co + 10 * pitch;
        FloatVector.fromArray(S, c, at).add(c10a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c10b).intoArray(c, at + L);
        at = co + 11 * pitch;
        FloatVector.fromArray(S, c, at).add(c11a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c11b).intoArray(c, at + L);
    }

    /** One vector wide, for the last of an odd number. */
    private static void half12(int depth, float[] a, int ao, int[] offsets, float[] b, int bo, float[] c, int co,
            int pitch) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c4a = FloatVector.zero(S);
        FloatVector c5a = FloatVector.zero(S);
        FloatVector c6a = FloatVector.zero(S);
        FloatVector c7a = FloatVector.zero(S);
        FloatVector c8a = FloatVector.zero(S);
        FloatVector c9a = FloatVector.zero(S);
        FloatVector c10a = FloatVector.zero(S);
        FloatVector c11a = FloatVector.zero(S);
        for (int k = 0; k < depth; k++) {
            int i = ao + 12 * k;
            FloatVector x = FloatVector.fromArray(S, b, bo + offsets[k]);
            c0a = FloatVector.broadcast(S, a[i]).fma(x, c0a);
            c1a = FloatVector.broadcast(S, a[i + 1]).fma(x, c1a);
            c2a = FloatVector.broadcast(S, a[i + 2]).fma(x, c2a);
            c3a = FloatVector.broadcast(S, a[i + 3]).fma(x, c3a);
            c4a = FloatVector.broadcast(S, a[i + 4]).fma(x, c4a);
            c5a = FloatVector.broadcast(S, a[i + 5]).fma(x, c5a);
            c6a = FloatVector.broadcast(S, a[i + 6]).fma(x, c6a);
            c7a = FloatVector.broadcast(S, a[i + 7]).fma(x, c7a);
            c8a = FloatVector.broadcast(S, a[i + 8]).fma(x, c8a);
            c9a = FloatVector.broadcast(S, a[i + 9]).fma(x, c9a);
            c10a = FloatVector.broadcast(S, a[i + 10]).fma(x, c10a);
            c11a = FloatVector.broadcast(S, a[i + 11]).fma(x, c11a);
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
        at = co + 6 * pitch;
        FloatVector.fromArray(S, c, at).add(c6a).intoArray(c, at);
        at = co + 7 * pitch;
        FloatVector.fromArray(S, c, at).add(c7a).intoArray(c, at);
        at = co + 8 * pitch;
        FloatVector.fromArray(S, c, at).add(c8a).intoArray(c, at);
        at = co + 9 * pitch;
        FloatVector.fromArray(S, c, at).add(c9a).intoArray(c, at);
        at = co + 10 * pitch;
        FloatVector.fromArray(S, c, at).add(c10a).intoArray(c, at);
        at = co + 11 * pitch;
        FloatVector.fromArray(S, c, at).add(c11a).intoArray(c, at);
    }

    private static void tile8(int depth, float[] a, int ao, int[] offsets, float[] b, int b0, int b1, float[] c,
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
        FloatVector c6a = FloatVector.zero(S);
        FloatVector c6b = FloatVector.zero(S);
        FloatVector c7a = FloatVector.zero(S);
        FloatVector c7b = FloatVector.zero(S);
        for (int k = 0; k < depth; k++) {
            int o = offsets[k];
            int i = ao + 8 * k;
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
            w = FloatVector.broadcast(S, a[i + 6]);
            c6a = w.fma(x, c6a);
            c6b = w.fma(y, c6b);
            w = FloatVector.broadcast(S, a[i + 7]);
            c7a = w.fma(x, c7a);
            c7b = w.fma(y, c7b);
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
        at = co + 6 * pitch;
        FloatVector.fromArray(S, c, at).add(c6a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c6b).intoArray(c, at + L);
        at = co + 7 * pitch;
        FloatVector.fromArray(S, c, at).add(c7a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(c7b).intoArray(c, at + L);
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
}
