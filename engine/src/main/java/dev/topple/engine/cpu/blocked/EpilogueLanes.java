// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * An {@link Epilogue} over runs of 16-lane pixels in one pass, with the Vector API. For every pixel
 * {@code u = fma(v, scale, shift)}, with a residual {@code u += residual}, then {@code u = u <= floor ? floor : u},
 * with a mask {@code u = mask > 0 ? u : 0}, and {@code y = u}. A scale of 1, a shift of -0 and a floor of minus
 * infinity change nothing, to the bit, so four kernels do for all epilogues with masks that are values. Four more keep
 * or read masks as bits, one word for each pixel: a ReLU's gradient needs no more of it. The pixels of residual, mask
 * and words are {@code step} apart, those of y {@code yStep}; y may be v or the residual, at the same place.
 */
final class EpilogueLanes {

    private static final VectorSpecies<Float> S = switch (Simd.chosen()) {
        case BITS_512 -> FloatVector.SPECIES_512;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_128 -> FloatVector.SPECIES_128;
        case OFF -> FloatVector.SPECIES_PREFERRED;
    };
    /** Lanes handled at once; no more than a block. */
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    /** The bit of each lane of a block. */
    private static final int[] LANES = IntStream.range(0, W).map(l -> 1 << l).toArray();

    private EpilogueLanes() {
    }

    /** Neither residual nor mask. */
    static void scaled(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float floor,
            float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.broadcast(S, floor);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual. */
    static void added(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float floor,
            float[] residual, int ro, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.broadcast(S, floor);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A mask. */
    static void masked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float floor,
            float[] mask, int mo, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.broadcast(S, floor);
        FloatVector zero = FloatVector.zero(S);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                FloatVector m0 = FloatVector.fromArray(S, mask, mo + l + p * step * W);
                u0 = zero.blend(u0, m0.compare(VectorOperators.GT, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                FloatVector m1 = FloatVector.fromArray(S, mask, mo + l + (p + 1) * step * W);
                u1 = zero.blend(u1, m1.compare(VectorOperators.GT, zero));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                FloatVector m2 = FloatVector.fromArray(S, mask, mo + l + (p + 2) * step * W);
                u2 = zero.blend(u2, m2.compare(VectorOperators.GT, zero));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                FloatVector m3 = FloatVector.fromArray(S, mask, mo + l + (p + 3) * step * W);
                u3 = zero.blend(u3, m3.compare(VectorOperators.GT, zero));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                FloatVector m0 = FloatVector.fromArray(S, mask, mo + l + p * step * W);
                u0 = zero.blend(u0, m0.compare(VectorOperators.GT, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual and a mask. */
    static void addedMasked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo, float floor,
            float[] residual, int ro, float[] mask, int mo, int step, float[] y, int yo, int yStep) {
        FloatVector low = FloatVector.broadcast(S, floor);
        FloatVector zero = FloatVector.zero(S);
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                FloatVector m0 = FloatVector.fromArray(S, mask, mo + l + p * step * W);
                u0 = zero.blend(u0, m0.compare(VectorOperators.GT, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                u1 = u1.blend(low, u1.compare(VectorOperators.LE, low));
                FloatVector m1 = FloatVector.fromArray(S, mask, mo + l + (p + 1) * step * W);
                u1 = zero.blend(u1, m1.compare(VectorOperators.GT, zero));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                u2 = u2.blend(low, u2.compare(VectorOperators.LE, low));
                FloatVector m2 = FloatVector.fromArray(S, mask, mo + l + (p + 2) * step * W);
                u2 = zero.blend(u2, m2.compare(VectorOperators.GT, zero));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                u3 = u3.blend(low, u3.compare(VectorOperators.LE, low));
                FloatVector m3 = FloatVector.fromArray(S, mask, mo + l + (p + 3) * step * W);
                u3 = zero.blend(u3, m3.compare(VectorOperators.GT, zero));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                u0 = u0.blend(low, u0.compare(VectorOperators.LE, low));
                FloatVector m0 = FloatVector.fromArray(S, mask, mo + l + p * step * W);
                u0 = zero.blend(u0, m0.compare(VectorOperators.GT, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** ReLU, and where it is open. */
    static void marked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo,
            int[] bits, int io, int step, float[] y, int yo, int yStep) {
        FloatVector zero = FloatVector.zero(S);
        for (int l = 0; l < W; l += L) {
            int before = (1 << l) - 1;
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                long m0 = u0.compare(VectorOperators.GT, zero).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(zero, u0.compare(VectorOperators.LE, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                long m1 = u1.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 1) * step] = bits[io + (p + 1) * step] & before | (int) m1 << l;
                u1 = u1.blend(zero, u1.compare(VectorOperators.LE, zero));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                long m2 = u2.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 2) * step] = bits[io + (p + 2) * step] & before | (int) m2 << l;
                u2 = u2.blend(zero, u2.compare(VectorOperators.LE, zero));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                long m3 = u3.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 3) * step] = bits[io + (p + 3) * step] & before | (int) m3 << l;
                u3 = u3.blend(zero, u3.compare(VectorOperators.LE, zero));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                long m0 = u0.compare(VectorOperators.GT, zero).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(zero, u0.compare(VectorOperators.LE, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual, ReLU, and where it is open. */
    static void addedMarked(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo,
            float[] residual, int ro, int[] bits, int io, int step, float[] y, int yo, int yStep) {
        FloatVector zero = FloatVector.zero(S);
        for (int l = 0; l < W; l += L) {
            int before = (1 << l) - 1;
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                long m0 = u0.compare(VectorOperators.GT, zero).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(zero, u0.compare(VectorOperators.LE, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                long m1 = u1.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 1) * step] = bits[io + (p + 1) * step] & before | (int) m1 << l;
                u1 = u1.blend(zero, u1.compare(VectorOperators.LE, zero));
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                long m2 = u2.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 2) * step] = bits[io + (p + 2) * step] & before | (int) m2 << l;
                u2 = u2.blend(zero, u2.compare(VectorOperators.LE, zero));
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                long m3 = u3.compare(VectorOperators.GT, zero).toLong();
                bits[io + (p + 3) * step] = bits[io + (p + 3) * step] & before | (int) m3 << l;
                u3 = u3.blend(zero, u3.compare(VectorOperators.LE, zero));
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                long m0 = u0.compare(VectorOperators.GT, zero).toLong();
                bits[io + p * step] = bits[io + p * step] & before | (int) m0 << l;
                u0 = u0.blend(zero, u0.compare(VectorOperators.LE, zero));
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** What bits let through. */
    static void opened(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo,
            int[] bits, int io, int step, float[] y, int yo, int yStep) {
        for (int l = 0; l < W; l += L) {
            // Not VectorMask.fromLong: some processors have nothing like it.
            IntVector lanes = IntVector.fromArray(I, LANES, l);
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                IntVector m0 = IntVector.broadcast(I, bits[io + p * step]).and(lanes);
                u0 = u0.reinterpretAsInts().blend(0, m0.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                IntVector m1 = IntVector.broadcast(I, bits[io + (p + 1) * step]).and(lanes);
                u1 = u1.reinterpretAsInts().blend(0, m1.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                IntVector m2 = IntVector.broadcast(I, bits[io + (p + 2) * step]).and(lanes);
                u2 = u2.reinterpretAsInts().blend(0, m2.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                IntVector m3 = IntVector.broadcast(I, bits[io + (p + 3) * step]).and(lanes);
                u3 = u3.reinterpretAsInts().blend(0, m3.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                IntVector m0 = IntVector.broadcast(I, bits[io + p * step]).and(lanes);
                u0 = u0.reinterpretAsInts().blend(0, m0.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** A residual, and what bits let through. */
    static void addedOpened(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo,
            float[] residual, int ro, int[] bits, int io, int step, float[] y, int yo, int yStep) {
        for (int l = 0; l < W; l += L) {
            // Not VectorMask.fromLong: some processors have nothing like it.
            IntVector lanes = IntVector.fromArray(I, LANES, l);
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            int p = 0;
            for (; p < pixels - 3; p += 4) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                IntVector m0 = IntVector.broadcast(I, bits[io + p * step]).and(lanes);
                u0 = u0.reinterpretAsInts().blend(0, m0.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u0.intoArray(y, yo + l + p * yStep * W);
                FloatVector u1 = FloatVector.fromArray(S, v, vo + l + (p + 1) * W).fma(a, b);
                u1 = u1.add(FloatVector.fromArray(S, residual, ro + l + (p + 1) * step * W));
                IntVector m1 = IntVector.broadcast(I, bits[io + (p + 1) * step]).and(lanes);
                u1 = u1.reinterpretAsInts().blend(0, m1.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u1.intoArray(y, yo + l + (p + 1) * yStep * W);
                FloatVector u2 = FloatVector.fromArray(S, v, vo + l + (p + 2) * W).fma(a, b);
                u2 = u2.add(FloatVector.fromArray(S, residual, ro + l + (p + 2) * step * W));
                IntVector m2 = IntVector.broadcast(I, bits[io + (p + 2) * step]).and(lanes);
                u2 = u2.reinterpretAsInts().blend(0, m2.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u2.intoArray(y, yo + l + (p + 2) * yStep * W);
                FloatVector u3 = FloatVector.fromArray(S, v, vo + l + (p + 3) * W).fma(a, b);
                u3 = u3.add(FloatVector.fromArray(S, residual, ro + l + (p + 3) * step * W));
                IntVector m3 = IntVector.broadcast(I, bits[io + (p + 3) * step]).and(lanes);
                u3 = u3.reinterpretAsInts().blend(0, m3.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u3.intoArray(y, yo + l + (p + 3) * yStep * W);
            }
            for (; p < pixels; p++) {
                FloatVector u0 = FloatVector.fromArray(S, v, vo + l + p * W).fma(a, b);
                u0 = u0.add(FloatVector.fromArray(S, residual, ro + l + p * step * W));
                IntVector m0 = IntVector.broadcast(I, bits[io + p * step]).and(lanes);
                u0 = u0.reinterpretAsInts().blend(0, m0.compare(VectorOperators.EQ, 0)).reinterpretAsFloats();
                u0.intoArray(y, yo + l + p * yStep * W);
            }
        }
    }
}
