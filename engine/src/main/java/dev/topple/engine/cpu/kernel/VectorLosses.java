// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static dev.topple.engine.cpu.kernel.Elementary.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The kernels of losses with the Vector API. */
final class VectorLosses implements LossKernels {

    private static final VectorSpecies<Float> F = VectorLanes.F;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();

    private static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(F, a, i);
    }

    @Override
    public void powers(Memory memory, float[] m, int a, int b, int bStride, float t, int[] labels, int labelsAt,
            int ignored, int from, int to) {
        float s = 1 - t;
        int classes = memory.classes();
        int stride = memory.stride();
        for (int i = from; i < to; i += L) {
            IntVector label = IntVector.fromArray(I, labels, labelsAt + i);
            int powers = memory.powers() + i;
            FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
            for (int c = 0; c < classes; c++) {
                FloatVector logit = load(m, b + c * bStride + i).fma(FloatVector.broadcast(F, t),
                        load(m, a + c * stride + i).mul(s));
                logit.intoArray(m, powers + c * stride);
                max = max.blend(logit, max.compare(VectorOperators.LT, logit));
            }
            FloatVector sum = FloatVector.zero(F);
            FloatVector hit = FloatVector.broadcast(F, Float.NaN);
            for (int c = 0; c < classes; c++) {
                FloatVector shifted = load(m, powers + c * stride).sub(max);
                hit = hit.blend(shifted, label.compare(VectorOperators.EQ, c).cast(F));
                // As Elementary.expOfNegative.
                VectorMask<Float> low = shifted.compare(VectorOperators.LT, LEAST_NORMAL_EXP);
                FloatVector x = shifted.blend(LEAST_NORMAL_EXP, low);
                FloatVector rounded = x.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUNDER));
                FloatVector e = rounded.sub(ROUNDER);
                FloatVector r = e.fma(FloatVector.broadcast(F, -LN2_HIGH), x);
                r = e.fma(FloatVector.broadcast(F, -LN2_LOW), r);
                FloatVector p = r.fma(FloatVector.broadcast(F, E5), FloatVector.broadcast(F, E4));
                p = p.fma(r, FloatVector.broadcast(F, E3));
                p = p.fma(r, FloatVector.broadcast(F, E2));
                p = p.fma(r, FloatVector.broadcast(F, E1));
                p = p.fma(r, FloatVector.broadcast(F, E0));
                FloatVector y = p.fma(r.mul(r), r).add(1f);
                IntVector scale = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE_BITS);
                FloatVector power = y.mul(scale.reinterpretAsFloats()).blend(0f, low);
                VectorMask<Float> skipped = label.compare(VectorOperators.EQ, ignored).cast(F);
                power.blend(0f, skipped).intoArray(m, powers + c * stride);
                sum = sum.add(power);
            }
            VectorMask<Float> skipped = label.compare(VectorOperators.EQ, ignored).cast(F);
            sum.blend(1f, skipped).intoArray(m, memory.sums() + i);
            hit.blend(0f, skipped).intoArray(m, memory.hits() + i);
            FloatVector inverse = FloatVector.broadcast(F, 1).div(sum);
            inverse = inverse.blend(Float.NaN, label.compare(VectorOperators.LT, 0).cast(F));
            inverse = inverse.blend(Float.NaN, label.compare(VectorOperators.GE, classes).cast(F));
            inverse.blend(0f, skipped).intoArray(m, memory.inverses() + i);
        }
    }

    @Override
    public void gradients(Memory memory, float[] m, float t, int[] labels, int labelsAt, int from, int to, int below,
            int above, int aboveStride) {
        int classes = memory.classes();
        int stride = memory.stride();
        FloatVector upper = FloatVector.broadcast(F, t);
        FloatVector lower = FloatVector.broadcast(F, 1 - t);
        for (int i = from; i < to; i += L) {
            IntVector label = IntVector.fromArray(I, labels, labelsAt + i);
            FloatVector sum = load(m, memory.sums() + i);
            FloatVector inverse = load(m, memory.inverses() + i);
            int powers = memory.powers() + i;
            int even = classes - classes % 2;
            for (int c = 0; c < even; c += 2) {
                // e / sum - 1 = (e - sum) / sum, without rounding twice.
                FloatVector p0 = load(m, powers + c * stride);
                FloatVector g0 = p0.blend(p0.sub(sum), label.compare(VectorOperators.EQ, c).cast(F)).mul(inverse);
                FloatVector p1 = load(m, powers + c * stride + stride);
                FloatVector g1 = p1.blend(p1.sub(sum), label.compare(VectorOperators.EQ, c + 1).cast(F)).mul(inverse);
                int one = below + c * stride + i;
                g0.fma(lower, load(m, one)).intoArray(m, one);
                g1.fma(lower, load(m, one + stride)).intoArray(m, one + stride);
                int other = above + c * aboveStride + i;
                g0.fma(upper, load(m, other)).intoArray(m, other);
                g1.fma(upper, load(m, other + aboveStride)).intoArray(m, other + aboveStride);
            }
            for (int c = even; c < classes; c++) {
                FloatVector p = load(m, powers + c * stride);
                FloatVector g = p.blend(p.sub(sum), label.compare(VectorOperators.EQ, c).cast(F)).mul(inverse);
                int one = below + c * stride + i;
                g.fma(lower, load(m, one)).intoArray(m, one);
                int other = above + c * aboveStride + i;
                g.fma(upper, load(m, other)).intoArray(m, other);
            }
        }
    }
}
