// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static dev.topple.engine.cpu.kernel.Elementary.*;

import dev.topple.engine.graph.Relation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the Vector API. Only operations that are exact or correctly rounded are used, and never a reduction
 * over lanes, whose order is not specified. Vectors are at most 16 floats long; where they are shorter, a run is summed
 * in as many passes as it takes to serve all 16 partial sums, which gives the same bits.
 *
 * <p>Every loop has its whole arithmetic in its body: a method that takes and gives vectors may be compiled on its own
 * first, is then too large to be compiled in line, and from then on allocates its vectors.
 */
final class VectorLanes implements LaneKernels {

    private static final VectorSpecies<Float> F = switch (Simd.chosen()) {
        case OFF, BITS_128 -> FloatVector.SPECIES_128;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_512 -> FloatVector.SPECIES_512;
    };
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();

    @Override
    public String description() {
        return F.vectorBitSize() + "-bit vectors";
    }

    private static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(F, a, i);
    }

    @Override
    public void compare(Relation relation, int[] out, float[] a, float[] b, int n) {
        switch (relation) {
            case EQUAL -> compare(VectorOperators.EQ, out, a, b, n);
            case NOT_EQUAL -> compare(VectorOperators.NE, out, a, b, n);
            case LESS -> compare(VectorOperators.LT, out, a, b, n);
            case LESS_OR_EQUAL -> compare(VectorOperators.LE, out, a, b, n);
            case GREATER -> compare(VectorOperators.LT, out, b, a, n);
            case GREATER_OR_EQUAL -> compare(VectorOperators.LE, out, b, a, n);
        }
    }

    private static void compare(VectorOperators.Comparison operator, int[] out, float[] a, float[] b, int n) {
        IntVector zero = IntVector.zero(I);
        IntVector one = IntVector.broadcast(I, 1);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> mask = load(a, i).compare(operator, load(b, i)).cast(I);
            zero.blend(one, mask).intoArray(out, i);
        }
    }

    @Override
    public void compare(Relation relation, int[] out, int[] a, int[] b, int n) {
        switch (relation) {
            case EQUAL -> compare(VectorOperators.EQ, out, a, b, n);
            case NOT_EQUAL -> compare(VectorOperators.NE, out, a, b, n);
            case LESS -> compare(VectorOperators.LT, out, a, b, n);
            case LESS_OR_EQUAL -> compare(VectorOperators.LE, out, a, b, n);
            case GREATER -> compare(VectorOperators.LT, out, b, a, n);
            case GREATER_OR_EQUAL -> compare(VectorOperators.LE, out, b, a, n);
        }
    }

    private static void compare(VectorOperators.Comparison operator, int[] out, int[] a, int[] b, int n) {
        IntVector zero = IntVector.zero(I);
        IntVector one = IntVector.broadcast(I, 1);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> mask = IntVector.fromArray(I, a, i).compare(operator, IntVector.fromArray(I, b, i));
            zero.blend(one, mask).intoArray(out, i);
        }
    }

    @Override
    public void choose(float[] out, int[] condition, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i += L) {
            VectorMask<Float> mask = IntVector.fromArray(I, condition, i).compare(VectorOperators.NE, 0).cast(F);
            load(b, i).blend(load(a, i), mask).intoArray(out, i);
        }
    }

    @Override
    public void choose(int[] out, int[] condition, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> mask = IntVector.fromArray(I, condition, i).compare(VectorOperators.NE, 0);
            IntVector.fromArray(I, b, i).blend(IntVector.fromArray(I, a, i), mask).intoArray(out, i);
        }
    }

    @Override
    public void reluGradient(float[] out, float[] g, float[] y, int n) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < n; i += L) {
            zero.blend(load(g, i), zero.compare(VectorOperators.LT, load(y, i))).intoArray(out, i);
        }
    }

    @Override
    public void sign(float[] out, float[] a, int n) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < n; i += L) {
            FloatVector x = load(a, i);
            FloatVector y = x.blend(1f, zero.compare(VectorOperators.LT, x));
            y.blend(-1f, x.compare(VectorOperators.LT, zero)).intoArray(out, i);
        }
    }

    @Override
    public void exp(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector x = load(a, i).max(EXP_LOWEST).min(EXP_HIGHEST);
            FloatVector shifted = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUNDER));
            FloatVector e = shifted.sub(ROUNDER);
            IntVector k = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
            FloatVector r = e.fma(FloatVector.broadcast(F, -LN2_LOW), e.fma(FloatVector.broadcast(F, -LN2_HIGH), x));
            FloatVector p = r.fma(FloatVector.broadcast(F, E5), FloatVector.broadcast(F, E4));
            p = p.fma(r, FloatVector.broadcast(F, E3));
            p = p.fma(r, FloatVector.broadcast(F, E2));
            p = p.fma(r, FloatVector.broadcast(F, E1));
            p = p.fma(r, FloatVector.broadcast(F, E0));
            FloatVector y = p.fma(r.mul(r), r).add(1f);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector first = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector second = k.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            y.mul(first).mul(second).intoArray(out, i);
        }
    }

    @Override
    public void log(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(a, i);
            VectorMask<Float> subnormal = v.compare(VectorOperators.LT, Float.MIN_NORMAL);
            FloatVector x = v.blend(v.mul(0x1p23f), subnormal);
            IntVector bits = x.reinterpretAsInts().sub(SQRT_HALF_BITS);
            FloatVector e = (FloatVector) bits.lanewise(VectorOperators.ASHR, 23).convert(VectorOperators.I2F, 0);
            e = e.sub(FloatVector.zero(F).blend(23f, subnormal));
            FloatVector f = bits.and(0x7FFFFF).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
            FloatVector z = f.mul(f);
            FloatVector p = f.fma(FloatVector.broadcast(F, L8), FloatVector.broadcast(F, L7));
            p = p.fma(f, FloatVector.broadcast(F, L6));
            p = p.fma(f, FloatVector.broadcast(F, L5));
            p = p.fma(f, FloatVector.broadcast(F, L4));
            p = p.fma(f, FloatVector.broadcast(F, L3));
            p = p.fma(f, FloatVector.broadcast(F, L2));
            p = p.fma(f, FloatVector.broadcast(F, L1));
            p = p.fma(f, FloatVector.broadcast(F, L0));
            FloatVector y = e.fma(FloatVector.broadcast(F, LN2_LOW), f.mul(z).mul(p));
            y = z.fma(FloatVector.broadcast(F, -0.5f), y);
            FloatVector result = e.fma(FloatVector.broadcast(F, LN2_HIGH), f.add(y));
            result = result.blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
            result = result.blend(Float.NaN, v.compare(VectorOperators.LT, 0f).or(v.compare(VectorOperators.NE, v)));
            result.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f)).intoArray(out, i);
        }
    }

    @Override
    public void sigmoid(float[] out, float[] a, float[] e, int n) {
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = 0; i < n; i += L) {
            FloatVector power = load(e, i);
            FloatVector s = one.div(power.add(one));
            s.blend(power.mul(s), load(a, i).compare(VectorOperators.LT, 0f)).intoArray(out, i);
        }
    }

    @Override
    public void tanh(float[] out, float[] a, float[] e, int n) {
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = 0; i < n; i += L) {
            FloatVector signed = load(a, i);
            FloatVector x = signed.abs();
            FloatVector z = x.mul(x);
            FloatVector p = z.fma(FloatVector.broadcast(F, T4), FloatVector.broadcast(F, T3));
            p = p.fma(z, FloatVector.broadcast(F, T2));
            p = p.fma(z, FloatVector.broadcast(F, T1));
            p = p.fma(z, FloatVector.broadcast(F, T0));
            FloatVector small = p.mul(z).fma(x, x);
            FloatVector large = one.sub(FloatVector.broadcast(F, 2).div(load(e, i).add(one)));
            FloatVector y = large.blend(small, x.compare(VectorOperators.LE, TANH_SMALL));
            IntVector sign = signed.reinterpretAsInts().and(0x80000000);
            y.reinterpretAsInts().and(0x7FFFFFFF).or(sign).reinterpretAsFloats().intoArray(out, i);
        }
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
}
