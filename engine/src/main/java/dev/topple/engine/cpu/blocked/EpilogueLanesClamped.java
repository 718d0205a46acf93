// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * As {@link EpilogueLanes}, for ReLUs with a ceiling: for every pixel {@code u = fma(v, scale, shift)}, with a residual
 * {@code u += residual}, and {@code y = u <= 0 ? 0 : u >= ceiling ? ceiling : u}. Bits say where
 * {@code 0 <= u <= ceiling}: a clamp's gradient passes at both bounds.
 */
final class EpilogueLanesClamped {

    private static final VectorSpecies<Float> S = switch (Simd.chosen()) {
        case BITS_512 -> FloatVector.SPECIES_512;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_128 -> FloatVector.SPECIES_128;
        case OFF -> FloatVector.SPECIES_PREFERRED;
    };
    /** Lanes handled at once; no more than a block. */
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    private EpilogueLanesClamped() {
    }

    /** No residual. */
    static void scaled(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float ceiling,
            float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.broadcast(S, ceiling);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1 = u1.blend(high, u1.compare(VectorOperators.GE, high));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2 = u2.blend(high, u2.compare(VectorOperators.GE, high));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3 = u3.blend(high, u3.compare(VectorOperators.GE, high));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual. */
    static void added(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float ceiling,
            float[] residual, int ro, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.broadcast(S, ceiling);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1 = u1.blend(high, u1.compare(VectorOperators.GE, high));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2 = u2.blend(high, u2.compare(VectorOperators.GE, high));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3 = u3.blend(high, u3.compare(VectorOperators.GE, high));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** Where it is open. */
    static void marked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float ceiling,
            int[] bits, int io, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.broadcast(S, ceiling);
        for (int l = 0; l < W; l += L) {
            int before = (1 << l) - 1;
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                long m0 = u0.compare(VectorOperators.GE, low).and(u0.compare(VectorOperators.LE, high)).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                long m1 = u1.compare(VectorOperators.GE, low).and(u1.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 1) * step] = bits[io + (p + 1) * step] & before | (int) m1 << l;
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1 = u1.blend(high, u1.compare(VectorOperators.GE, high));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                long m2 = u2.compare(VectorOperators.GE, low).and(u2.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 2) * step] = bits[io + (p + 2) * step] & before | (int) m2 << l;
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2 = u2.blend(high, u2.compare(VectorOperators.GE, high));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                long m3 = u3.compare(VectorOperators.GE, low).and(u3.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 3) * step] = bits[io + (p + 3) * step] & before | (int) m3 << l;
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3 = u3.blend(high, u3.compare(VectorOperators.GE, high));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                long m0 = u0.compare(VectorOperators.GE, low).and(u0.compare(VectorOperators.LE, high)).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual, and where it is open. */
    static void addedMarked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float ceiling,
            float[] residual, int ro, int[] bits, int io, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.broadcast(S, ceiling);
        for (int l = 0; l < W; l += L) {
            int before = (1 << l) - 1;
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                long m0 = u0.compare(VectorOperators.GE, low).and(u0.compare(VectorOperators.LE, high)).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                long m1 = u1.compare(VectorOperators.GE, low).and(u1.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 1) * step] = bits[io + (p + 1) * step] & before | (int) m1 << l;
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1 = u1.blend(high, u1.compare(VectorOperators.GE, high));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                long m2 = u2.compare(VectorOperators.GE, low).and(u2.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 2) * step] = bits[io + (p + 2) * step] & before | (int) m2 << l;
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2 = u2.blend(high, u2.compare(VectorOperators.GE, high));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                long m3 = u3.compare(VectorOperators.GE, low).and(u3.compare(VectorOperators.LE, high)).toLong();
                bits[io + (p + 3) * step] = bits[io + (p + 3) * step] & before | (int) m3 << l;
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3 = u3.blend(high, u3.compare(VectorOperators.GE, high));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                long m0 = u0.compare(VectorOperators.GE, low).and(u0.compare(VectorOperators.LE, high)).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0 = u0.blend(high, u0.compare(VectorOperators.GE, high));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }
}
