// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the Vector API. Only operations that are exact or correctly rounded are used, and never a reduction
 * over lanes, whose order is not specified. Vectors are at most 16 floats long; where they are shorter, a run is summed
 * in as many passes as it takes to serve all 16 partial sums, which gives the same bits.
 *
 * <p>Every loop has its whole arithmetic in its body: see {@code docs/cpu-kernels.md}.
 */
final class VectorLanes implements LaneKernels {

    /** The width of this JVM's vectors. */
    static final VectorSpecies<Float> F = switch (Simd.chosen()) {
        case OFF, BITS_128 -> FloatVector.SPECIES_128;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_512 -> FloatVector.SPECIES_512;
    };
    private static final int L = F.length();

    /** Where vectors are short, there is no instruction that gathers, and the Vector API would allocate. */
    private static final boolean GATHERS = L >= 8;

    private static final PlainLanes PLAIN = new PlainLanes();

    private final ElementKernels elements = new VectorElements();
    private final LossKernels losses = new VectorLosses();

    @Override
    public String description() {
        return F.vectorBitSize() + "-bit vectors";
    }

    private static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(F, a, i);
    }

    @Override
    public ElementKernels elements() {
        return elements;
    }

    @Override
    public LossKernels losses() {
        return losses;
    }

    @Override
    public ElementKernels plainElements() {
        return PLAIN.elements();
    }

    @Override
    public float sum(float[] x, int from, int n, float[] lanes) {
        int whole = n - n % WIDTH;
        for (int lane = 0; lane < WIDTH; lane += L) {
            FloatVector total = FloatVector.zero(F);
            for (int i = from + lane; i < from + whole; i += WIDTH) {
                total = total.add(load(x, i));
            }
            total.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[from + i];
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float sumSquares(float[] x, int from, int n, float centre, float[] lanes) {
        int whole = n - n % WIDTH;
        for (int lane = 0; lane < WIDTH; lane += L) {
            FloatVector total = FloatVector.zero(F);
            for (int i = from + lane; i < from + whole; i += WIDTH) {
                FloatVector d = load(x, i).sub(centre);
                total = d.fma(d, total);
            }
            total.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            float d = x[from + i] - centre;
            lanes[i - whole] = Math.fma(d, d, lanes[i - whole]);
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float sumProducts(float[] g, int gFrom, float[] x, int xFrom, int n, float centre, float[] lanes) {
        int whole = n - n % WIDTH;
        for (int lane = 0; lane < WIDTH; lane += L) {
            FloatVector total = FloatVector.zero(F);
            for (int i = lane; i < whole; i += WIDTH) {
                total = load(g, gFrom + i).fma(load(x, xFrom + i).sub(centre), total);
            }
            total.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] = Math.fma(g[gFrom + i], x[xFrom + i] - centre, lanes[i - whole]);
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float max(float[] x, int from, int n, float[] lanes) {
        int whole = n - n % WIDTH;
        for (int lane = 0; lane < WIDTH; lane += L) {
            FloatVector total = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
            for (int i = from + lane; i < from + whole; i += WIDTH) {
                total = total.max(load(x, i));
            }
            total.intoArray(lanes, lane);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] = Math.max(lanes[i - whole], x[from + i]);
        }
        return LaneKernels.foldMax(lanes);
    }

    @Override
    public void accumulate(float[] total, float[] x, int from, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(total, i).add(load(x, from + i)).intoArray(total, i);
        }
        for (int i = whole; i < n; i++) {
            total[i] += x[from + i];
        }
    }

    @Override
    public void accumulateMax(float[] total, float[] x, int from, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(total, i).max(load(x, from + i)).intoArray(total, i);
        }
        for (int i = whole; i < n; i++) {
            total[i] = Math.max(total[i], x[from + i]);
        }
    }

    @Override
    public void blend(float[] out, int to, float[] a, int aFrom, float[] b, int bFrom, float t, int n) {
        float s = 1 - t;
        int whole = n - n % L;
        FloatVector weight = FloatVector.broadcast(F, t);
        for (int i = 0; i < whole; i += L) {
            load(b, bFrom + i).fma(weight, load(a, aFrom + i).mul(s)).intoArray(out, to + i);
        }
        for (int i = whole; i < n; i++) {
            out[to + i] = Math.fma(b[bFrom + i], t, a[aFrom + i] * s);
        }
    }

    @Override
    public void addScaled(float[] out, int to, float[] a, int from, float s, int n) {
        int whole = n - n % L;
        FloatVector weight = FloatVector.broadcast(F, s);
        for (int i = 0; i < whole; i += L) {
            load(a, from + i).fma(weight, load(out, to + i)).intoArray(out, to + i);
        }
        for (int i = whole; i < n; i++) {
            out[to + i] = Math.fma(a[from + i], s, out[to + i]);
        }
    }

    @Override
    public void stretch(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] first,
            int[] second, float[] weight, int n) {
        int whole = GATHERS ? n - n % L : 0;
        for (int row = 0; row < rows; row += 2) {
            // Two rows at a time, of an odd number the last twice: a loop of its own for it would be too much code.
            int next = Math.min(row + 1, rows - 1);
            int source = from + row * stride;
            int nextSource = from + next * stride;
            for (int i = 0; i < whole; i += L) {
                // Not load: only methods of the Vector API itself are sure to be taken into a method as large as this.
                FloatVector t = FloatVector.fromArray(F, weight, i);
                FloatVector s = FloatVector.broadcast(F, 1).sub(t);
                VectorMask<Float> single = t.compare(VectorOperators.EQ, 0f);
                FloatVector a = FloatVector.fromArray(F, x, source, first, i);
                FloatVector y = FloatVector.fromArray(F, x, source, second, i).fma(t, a.mul(s));
                y.blend(a, single).intoArray(out, to + row * step + i);
                FloatVector b = FloatVector.fromArray(F, x, nextSource, first, i);
                FloatVector z = FloatVector.fromArray(F, x, nextSource, second, i).fma(t, b.mul(s));
                z.blend(b, single).intoArray(out, to + next * step + i);
            }
        }
        PLAIN.stretch(out, to, step, x, from, stride, rows, first, second, weight, whole, n);
    }

    @Override
    public void collect(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] index,
            float[] weight, int taps, int n) {
        int whole = GATHERS ? n - n % L : 0;
        int last = rows - 1;
        for (int row = 0; row < rows; row += 4) {
            // Four rows at a time, of which the last may come several times.
            int row1 = Math.min(row + 1, last);
            int row2 = Math.min(row + 2, last);
            int row3 = Math.min(row + 3, last);
            int source0 = from + row * stride;
            int source1 = from + row1 * stride;
            int source2 = from + row2 * stride;
            int source3 = from + row3 * stride;
            for (int i = 0; i < whole; i += L) {
                FloatVector sum0 = FloatVector.zero(F);
                FloatVector sum1 = FloatVector.zero(F);
                FloatVector sum2 = FloatVector.zero(F);
                FloatVector sum3 = FloatVector.zero(F);
                for (int t = i; t < taps * n; t += n) {
                    // Not load, as in stretch.
                    FloatVector w = FloatVector.fromArray(F, weight, t);
                    VectorMask<Float> none = w.compare(VectorOperators.EQ, 0f);
                    FloatVector x0 = FloatVector.fromArray(F, x, source0, index, t);
                    sum0 = x0.fma(w, sum0).blend(sum0, none);
                    FloatVector x1 = FloatVector.fromArray(F, x, source1, index, t);
                    sum1 = x1.fma(w, sum1).blend(sum1, none);
                    FloatVector x2 = FloatVector.fromArray(F, x, source2, index, t);
                    sum2 = x2.fma(w, sum2).blend(sum2, none);
                    FloatVector x3 = FloatVector.fromArray(F, x, source3, index, t);
                    sum3 = x3.fma(w, sum3).blend(sum3, none);
                }
                sum0.intoArray(out, to + row * step + i);
                sum1.intoArray(out, to + row1 * step + i);
                sum2.intoArray(out, to + row2 * step + i);
                sum3.intoArray(out, to + row3 * step + i);
            }
        }
        PLAIN.collect(out, to, step, x, from, stride, rows, index, weight, taps, whole, n);
    }
}
