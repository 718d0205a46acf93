// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * Rarer arithmetic on blocks, mostly on integers: each method is one plain loop over arrays that start at element 0,
 * which is the form that the JVM's compiler turns into vector instructions by itself. All of it is exact or correctly
 * rounded, so interpreted and compiled code give the same bits. {@code out} may be one of the operands.
 */
public final class BlockArithmetic {

    private BlockArithmetic() {}

    /** a + b on integers. */
    public static void add(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] + b[i];
        }
    }

    /** a - b on integers. */
    public static void subtract(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] - b[i];
        }
    }

    /** a b on integers. */
    public static void multiply(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] * b[i];
        }
    }

    /** The larger of two integers. */
    public static void maximum(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(a[i], b[i]);
        }
    }

    /** The smaller of two integers. */
    public static void minimum(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.min(a[i], b[i]);
        }
    }

    /** Both of two truth values, stored as 0 and 1. */
    public static void and(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] & b[i];
        }
    }

    /** One or both of two truth values, stored as 0 and 1. */
    public static void or(int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] | b[i];
        }
    }

    /** The other truth value, stored as 0 or 1. */
    public static void not(int[] out, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i] ^ 1;
        }
    }

    /** Integers or truth values as floats, to the nearest. */
    public static void toFloat(float[] out, int[] a, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = a[i];
        }
    }

    /** Floats truncated towards 0, NaN to 0. */
    public static void toInt(int[] out, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (int) a[i];
        }
    }

    /**
     * a to a constant power, as C's {@code powf} defines it, through float64 and {@link StrictMath}: exact to the last
     * bit or so, the same everywhere, and slow. The lowering knows faster ways for the usual exponents.
     */
    public static void power(float[] out, float[] a, float exponent, int n) {
        for (int i = 0; i < n; i++) {
            // C, unlike Java, gives 1 for 1 to any power and for -1 to an infinite one.
            boolean one = a[i] == 1 || (a[i] == -1 && Float.isInfinite(exponent));
            out[i] = one ? 1 : (float) StrictMath.pow(a[i], exponent);
        }
    }

    /** 1 / sqrt(a), rounded once; as {@code pow(a, -0.5)} at 0 and at minus infinity. */
    public static void inverseSqrt(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            double x = a[i] == Float.NEGATIVE_INFINITY ? Double.POSITIVE_INFINITY : a[i] + 0.0;
            out[i] = (float) (1 / Math.sqrt(x));
        }
    }
}
