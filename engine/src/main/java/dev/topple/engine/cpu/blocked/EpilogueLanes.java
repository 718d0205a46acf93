// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The steps of an {@link Epilogue} over runs of 16-lane pixels, with the Vector API. */
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

    private EpilogueLanes() {
    }

    /** {@code v = fma(v, scale, shift)}, in place. */
    static void scaleShift(float[] v, int vo, int pixels, float[] scale, int ao, float[] shift, int bo) {
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            for (int p = 0; p < pixels; p++) {
                int i = vo + l + p * W;
                FloatVector.fromArray(S, v, i).fma(a, b).intoArray(v, i);
            }
        }
    }

    /** {@code v *= scale}, in place. */
    static void scale(float[] v, int vo, int pixels, float[] scale, int ao) {
        for (int l = 0; l < W; l += L) {
            FloatVector a = FloatVector.fromArray(S, scale, ao + l);
            for (int p = 0; p < pixels; p++) {
                int i = vo + l + p * W;
                FloatVector.fromArray(S, v, i).mul(a).intoArray(v, i);
            }
        }
    }

    /** {@code v += shift}, in place. */
    static void shift(float[] v, int vo, int pixels, float[] shift, int bo) {
        for (int l = 0; l < W; l += L) {
            FloatVector b = FloatVector.fromArray(S, shift, bo + l);
            for (int p = 0; p < pixels; p++) {
                int i = vo + l + p * W;
                FloatVector.fromArray(S, v, i).add(b).intoArray(v, i);
            }
        }
    }

    /** {@code v += residual}, in place; the residual's pixels are {@code step} apart. */
    static void add(float[] v, int vo, int pixels, float[] residual, int ro, int step) {
        for (int l = 0; l < W; l += L) {
            for (int p = 0; p < pixels; p++) {
                int i = vo + l + p * W;
                int j = ro + l + p * step * W;
                FloatVector.fromArray(S, v, i).add(FloatVector.fromArray(S, residual, j)).intoArray(v, i);
            }
        }
    }

    /** {@code y = max(v, 0)}. */
    static void relu(float[] v, int vo, int pixels, float[] y, int yo, int step) {
        for (int l = 0; l < W; l += L) {
            for (int p = 0; p < pixels; p++) {
                FloatVector.fromArray(S, v, vo + l + p * W).max(0f).intoArray(y, yo + l + p * step * W);
            }
        }
    }

    /** {@code y = mask > 0 ? v : 0}; the pixels of mask and y are {@code step} and {@code yStep} apart. */
    static void mask(float[] v, int vo, int pixels, float[] mask, int mo, int step, float[] y, int yo, int yStep) {
        FloatVector zero = FloatVector.zero(S);
        for (int l = 0; l < W; l += L) {
            for (int p = 0; p < pixels; p++) {
                FloatVector m = FloatVector.fromArray(S, mask, mo + l + p * step * W);
                zero.blend(FloatVector.fromArray(S, v, vo + l + p * W), m.compare(VectorOperators.GT, zero))
                        .intoArray(y, yo + l + p * yStep * W);
            }
        }
    }

    /** {@code y = v}. */
    static void copy(float[] v, int vo, int pixels, float[] y, int yo, int step) {
        for (int l = 0; l < W; l += L) {
            for (int p = 0; p < pixels; p++) {
                FloatVector.fromArray(S, v, vo + l + p * W).intoArray(y, yo + l + p * step * W);
            }
        }
    }
}
