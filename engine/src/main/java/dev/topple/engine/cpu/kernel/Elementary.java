// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * Elementary functions of one float, the same bits in interpreted and compiled code: only fused multiply-adds, basic
 * arithmetic and bit shifts. Polynomials are those of the Cephes library (Moshier); the vector kernels compute the same
 * steps in the same order.
 */
final class Elementary {

    /** Adding it rounds to an integer, which then stands in the low bits. */
    static final float ROUNDER = 0x1.8p23f;
    static final int ROUNDER_BITS = 0x4B400000;
    static final float LOG2_E = 1.44269504088896341f;

    /** ln 2 in two parts, the first with few enough bits that its multiples are exact. */
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;

    /** Below, e^x is 0; above, infinite. */
    static final float EXP_LOWEST = -104;
    static final float EXP_HIGHEST = 89;

    /** Below, {@link #expOfNegative} gives 0. */
    static final float LEAST_NORMAL_EXP = -87;

    /** The bits of 1, to which exponents are added. */
    static final int ONE_BITS = 0x3F800000;

    static final float E0 = 5.0000001201E-1f;
    static final float E1 = 1.6666665459E-1f;
    static final float E2 = 4.1665795894E-2f;
    static final float E3 = 8.3334519073E-3f;
    static final float E4 = 1.3981999507E-3f;
    static final float E5 = 1.9875691500E-4f;

    static final float L0 = 3.3333331174E-1f;
    static final float L1 = -2.4999993993E-1f;
    static final float L2 = 2.0000714765E-1f;
    static final float L3 = -1.6668057665E-1f;
    static final float L4 = 1.4249322787E-1f;
    static final float L5 = -1.2420140846E-1f;
    static final float L6 = 1.1676998740E-1f;
    static final float L7 = -1.1514610310E-1f;
    static final float L8 = 7.0376836292E-2f;

    /** The bits of sqrt(1/2): mantissas are taken from there to sqrt(2). */
    static final int SQRT_HALF_BITS = 0x3F3504F3;

    static final float T0 = -3.33332819422E-1f;
    static final float T1 = 1.33314422036E-1f;
    static final float T2 = -5.37397155531E-2f;
    static final float T3 = 2.06390887954E-2f;
    static final float T4 = -5.70498872745E-3f;

    /** Up to here tanh is a polynomial. */
    static final float TANH_SMALL = 0.625f;

    private Elementary() {}

    static float exp(float a) {
        float x = Math.min(Math.max(a, EXP_LOWEST), EXP_HIGHEST);
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        int k = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(E5, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        float y = Math.fma(p, r * r, r) + 1;
        // Two factors, because 2^k alone may lie outside of the normal numbers.
        int half = k >> 1;
        return y * powerOfTwo(half) * powerOfTwo(k - half);
    }

    /**
     * e^a for a of at most 0, and 0 instead of results below the normal numbers: enough for shares of a sum whose
     * largest part is 1, and a third cheaper.
     */
    static float expOfNegative(float a) {
        float x = a < LEAST_NORMAL_EXP ? LEAST_NORMAL_EXP : a;
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(E5, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        float y = Math.fma(p, r * r, r) + 1;
        // The integer stands in the low bits and is moved to where the exponent is; the rest falls out.
        float scale = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + ONE_BITS);
        return a < LEAST_NORMAL_EXP ? 0 : y * scale;
    }

    private static float powerOfTwo(int k) {
        return Float.intBitsToFloat((k + 127) << 23);
    }

    static float log(float a) {
        boolean subnormal = a < Float.MIN_NORMAL;
        float x = subnormal ? a * 0x1p23f : a;
        int bits = Float.floatToRawIntBits(x) - SQRT_HALF_BITS;
        float e = (bits >> 23) - (subnormal ? 23f : 0f);
        float f = Float.intBitsToFloat((bits & 0x7FFFFF) + SQRT_HALF_BITS) - 1;
        float z = f * f;
        float p = Math.fma(L8, f, L7);
        p = Math.fma(p, f, L6);
        p = Math.fma(p, f, L5);
        p = Math.fma(p, f, L4);
        p = Math.fma(p, f, L3);
        p = Math.fma(p, f, L2);
        p = Math.fma(p, f, L1);
        p = Math.fma(p, f, L0);
        float y = Math.fma(e, LN2_LOW, f * z * p);
        y = Math.fma(z, -0.5f, y);
        float result = Math.fma(e, LN2_HIGH, f + y);
        if (a > 0) {
            return a == Float.POSITIVE_INFINITY ? a : result;
        }
        return a == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
    }

    /** From a and {@code e = exp(-|a|)}. */
    static float sigmoid(float a, float e) {
        float s = 1 / (1 + e);
        return a < 0 ? e * s : s;
    }

    /** From a and {@code e = exp(2 |a|)}. */
    static float tanh(float a, float e) {
        float x = Math.abs(a);
        float z = x * x;
        float p = Math.fma(T4, z, T3);
        p = Math.fma(p, z, T2);
        p = Math.fma(p, z, T1);
        p = Math.fma(p, z, T0);
        float small = Math.fma(p * z, x, x);
        float large = 1 - 2 / (e + 1);
        float y = x <= TANH_SMALL ? small : large;
        return Math.copySign(y, a);
    }
}
