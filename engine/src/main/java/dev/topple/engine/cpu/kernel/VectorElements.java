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
 * Elementwise kernels with the Vector API. Only operations that are exact or correctly rounded are used. What is left
 * of a run after whole vectors is done by {@link PlainElements}.
 *
 * <p>Every loop has its whole arithmetic in its body, and operators and vector shapes are constants there: see
 * {@code docs/cpu-kernels.md} for what happens otherwise.
 */
final class VectorElements implements ElementKernels {

    private static final VectorSpecies<Float> F = VectorLanes.F;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();
    private static final PlainElements REST = new PlainElements();

    private static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(F, a, i);
    }

    private static IntVector load(int[] a, int i) {
        return IntVector.fromArray(I, a, i);
    }

    @Override
    public void add(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).add(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.add(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void subtract(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).sub(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.subtract(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void multiply(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).mul(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.multiply(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void scale(float[] out, int to, float[] a, int at, float s, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).mul(s).intoArray(out, to + i);
        }
        REST.scale(out, to + whole, a, at + whole, s, n - whole);
    }

    @Override
    public void divide(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).div(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.divide(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void maximum(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).max(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.maximum(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void minimum(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).min(load(b, bt + i)).intoArray(out, to + i);
        }
        REST.minimum(out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void negate(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).neg().intoArray(out, to + i);
        }
        REST.negate(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void abs(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).abs().intoArray(out, to + i);
        }
        REST.abs(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void sqrt(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            load(a, at + i).sqrt().intoArray(out, to + i);
        }
        REST.sqrt(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void inverse(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = 0; i < whole; i += L) {
            one.div(load(a, at + i)).intoArray(out, to + i);
        }
        REST.inverse(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void clamp(float[] out, int to, float[] a, int at, float low, float high, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector x = load(a, at + i);
            FloatVector raised = x.blend(low, x.compare(VectorOperators.LE, low));
            raised.blend(high, raised.compare(VectorOperators.GE, high)).intoArray(out, to + i);
        }
        REST.clamp(out, to + whole, a, at + whole, low, high, n - whole);
    }

    @Override
    public void clampGradient(float[] out, int to, float[] g, int gt, float[] x, int xt, float low, float high, int n) {
        int whole = n - n % L;
        FloatVector zero = FloatVector.zero(F);
        FloatVector least = FloatVector.broadcast(F, low);
        FloatVector most = FloatVector.broadcast(F, high);
        for (int i = 0; i < whole; i += L) {
            FloatVector at = load(x, xt + i);
            FloatVector below = zero.blend(load(g, gt + i), at.compare(VectorOperators.LE, most));
            zero.blend(below, at.compare(VectorOperators.GE, least)).intoArray(out, to + i);
        }
        REST.clampGradient(out, to + whole, g, gt + whole, x, xt + whole, low, high, n - whole);
    }

    @Override
    public void relu(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector x = load(a, at + i);
            x.blend(0f, x.compare(VectorOperators.LE, 0f)).intoArray(out, to + i);
        }
        REST.relu(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void reluGradient(float[] out, int to, float[] g, int gt, float[] y, int yt, int n) {
        int whole = n - n % L;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += L) {
            VectorMask<Float> passes = zero.compare(VectorOperators.LT, load(y, yt + i));
            zero.blend(load(g, gt + i), passes).intoArray(out, to + i);
        }
        REST.reluGradient(out, to + whole, g, gt + whole, y, yt + whole, n - whole);
    }

    @Override
    public void sign(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += L) {
            FloatVector x = load(a, at + i);
            FloatVector y = x.blend(1f, zero.compare(VectorOperators.LT, x));
            y.blend(-1f, x.compare(VectorOperators.LT, zero)).intoArray(out, to + i);
        }
        REST.sign(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void compare(Relation relation, int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        switch (relation) {
            case EQUAL -> equal(out, to, a, at, b, bt, whole);
            case NOT_EQUAL -> notEqual(out, to, a, at, b, bt, whole);
            case LESS -> less(out, to, a, at, b, bt, whole);
            case LESS_OR_EQUAL -> lessOrEqual(out, to, a, at, b, bt, whole);
            case GREATER -> less(out, to, b, bt, a, at, whole);
            case GREATER_OR_EQUAL -> lessOrEqual(out, to, b, bt, a, at, whole);
        }
        REST.compare(relation, out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    private static void equal(int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.EQ, load(b, bt + i)).cast(I);
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void notEqual(int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.NE, load(b, bt + i)).cast(I);
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void less(int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.LT, load(b, bt + i)).cast(I);
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void lessOrEqual(int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.LE, load(b, bt + i)).cast(I);
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    @Override
    public void compare(Relation relation, int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        int whole = n - n % L;
        switch (relation) {
            case EQUAL -> equal(out, to, a, at, b, bt, whole);
            case NOT_EQUAL -> notEqual(out, to, a, at, b, bt, whole);
            case LESS -> less(out, to, a, at, b, bt, whole);
            case LESS_OR_EQUAL -> lessOrEqual(out, to, a, at, b, bt, whole);
            case GREATER -> less(out, to, b, bt, a, at, whole);
            case GREATER_OR_EQUAL -> lessOrEqual(out, to, b, bt, a, at, whole);
        }
        REST.compare(relation, out, to + whole, a, at + whole, b, bt + whole, n - whole);
    }

    private static void equal(int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.EQ, load(b, bt + i));
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void notEqual(int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.NE, load(b, bt + i));
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void less(int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.LT, load(b, bt + i));
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    private static void lessOrEqual(int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        IntVector zero = IntVector.zero(I);
        for (int i = 0; i < n; i += L) {
            VectorMask<Integer> holds = load(a, at + i).compare(VectorOperators.LE, load(b, bt + i));
            zero.blend(1, holds).intoArray(out, to + i);
        }
    }

    @Override
    public void choose(float[] out, int to, int[] condition, int ct, float[] a, int at, float[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            VectorMask<Float> mask = load(condition, ct + i).compare(VectorOperators.NE, 0).cast(F);
            load(b, bt + i).blend(load(a, at + i), mask).intoArray(out, to + i);
        }
        REST.choose(out, to + whole, condition, ct + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void choose(int[] out, int to, int[] condition, int ct, int[] a, int at, int[] b, int bt, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            VectorMask<Integer> mask = load(condition, ct + i).compare(VectorOperators.NE, 0);
            load(b, bt + i).blend(load(a, at + i), mask).intoArray(out, to + i);
        }
        REST.choose(out, to + whole, condition, ct + whole, a, at + whole, b, bt + whole, n - whole);
    }

    @Override
    public void exp(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector given = load(a, at + i);
            FloatVector x = given.blend(EXP_LOWEST, given.compare(VectorOperators.LT, EXP_LOWEST));
            x = x.blend(EXP_HIGHEST, given.compare(VectorOperators.GT, EXP_HIGHEST));
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
            y.mul(first).mul(second).intoArray(out, to + i);
        }
        REST.exp(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void log(float[] out, int to, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector v = load(a, at + i);
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
            result.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f)).intoArray(out, to + i);
        }
        REST.log(out, to + whole, a, at + whole, n - whole);
    }

    @Override
    public void sigmoid(float[] out, int to, float[] a, int at, float[] e, int et, int n) {
        int whole = n - n % L;
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = 0; i < whole; i += L) {
            FloatVector power = load(e, et + i);
            FloatVector s = one.div(power.add(one));
            s.blend(power.mul(s), load(a, at + i).compare(VectorOperators.LT, 0f)).intoArray(out, to + i);
        }
        REST.sigmoid(out, to + whole, a, at + whole, e, et + whole, n - whole);
    }

    @Override
    public void tanh(float[] out, int to, float[] a, int at, float[] e, int et, int n) {
        int whole = n - n % L;
        FloatVector one = FloatVector.broadcast(F, 1);
        for (int i = 0; i < whole; i += L) {
            FloatVector signed = load(a, at + i);
            FloatVector x = signed.abs();
            FloatVector z = x.mul(x);
            FloatVector p = z.fma(FloatVector.broadcast(F, T4), FloatVector.broadcast(F, T3));
            p = p.fma(z, FloatVector.broadcast(F, T2));
            p = p.fma(z, FloatVector.broadcast(F, T1));
            p = p.fma(z, FloatVector.broadcast(F, T0));
            FloatVector small = p.mul(z).fma(x, x);
            FloatVector large = one.sub(FloatVector.broadcast(F, 2).div(load(e, et + i).add(one)));
            FloatVector y = large.blend(small, x.compare(VectorOperators.LE, TANH_SMALL));
            IntVector sign = signed.reinterpretAsInts().and(0x80000000);
            y.reinterpretAsInts().and(0x7FFFFFFF).or(sign).reinterpretAsFloats().intoArray(out, to + i);
        }
        REST.tanh(out, to + whole, a, at + whole, e, et + whole, n - whole);
    }

    @Override
    public void exponentials(float[] out, int to, float[] a, int at, float[] max, float[] sum, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector given = load(a, at + i).sub(load(max, i));
            FloatVector x = given.blend(EXP_LOWEST, given.compare(VectorOperators.LT, EXP_LOWEST));
            x = x.blend(EXP_HIGHEST, given.compare(VectorOperators.GT, EXP_HIGHEST));
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
            FloatVector power = y.mul(first).mul(second);
            power.intoArray(out, to + i);
            load(sum, i).add(power).intoArray(sum, i);
        }
        for (int i = whole; i < n; i++) {
            float power = Elementary.exp(a[at + i] - max[i]);
            out[to + i] = power;
            sum[i] += power;
        }
    }

    @Override
    public void raise(float[] max, float[] a, int at, int n) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector m = load(max, i);
            FloatVector x = load(a, at + i);
            m.blend(x, m.compare(VectorOperators.LT, x)).intoArray(max, i);
        }
        for (int i = whole; i < n; i++) {
            max[i] = max[i] < a[at + i] ? a[at + i] : max[i];
        }
    }
}
