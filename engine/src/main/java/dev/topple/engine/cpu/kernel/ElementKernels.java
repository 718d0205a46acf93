// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Relation;

/**
 * What elementwise instructions do to runs of elements: the result's element {@code to + i} comes from the operands'
 * elements {@code at + i}, {@code bt + i} and so on, for i from 0 to n - 1. {@code out} may be one of the operands at
 * the same place. Two implementations give the same bits: {@link VectorElements} with the Vector API and
 * {@link PlainElements} without. All of it is exact, correctly rounded or made of such steps, so interpreted and
 * compiled code give the same bits, too. Truth is stored as 0 and 1.
 */
public interface ElementKernels {

    /** a + b. */
    void add(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** a - b. */
    void subtract(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** a b. */
    void multiply(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** s a. */
    void scale(float[] out, int to, float[] a, int at, float s, int n);

    /** a / b. */
    void divide(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** The larger, NaN if either is. */
    void maximum(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** The smaller, NaN if either is. */
    void minimum(float[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** -a. */
    void negate(float[] out, int to, float[] a, int at, int n);

    /** |a|. */
    void abs(float[] out, int to, float[] a, int at, int n);

    /** The square root, correctly rounded. */
    void sqrt(float[] out, int to, float[] a, int at, int n);

    /** 1 / a. */
    void inverse(float[] out, int to, float[] a, int at, int n);

    /** low where a is at most that, high where it is at least that, else a; NaN stays NaN. */
    void clamp(float[] out, int to, float[] a, int at, float low, float high, int n);

    /** g where x is at least low and at most high, else 0. */
    void clampGradient(float[] out, int to, float[] g, int gt, float[] x, int xt, float low, float high, int n);

    /** a where positive, else 0; NaN stays NaN. */
    void relu(float[] out, int to, float[] a, int at, int n);

    /** g where y is positive, else 0. */
    void reluGradient(float[] out, int to, float[] g, int gt, float[] y, int yt, int n);

    /** -1, 0 or 1; NaN stays NaN. */
    void sign(float[] out, int to, float[] a, int at, int n);

    /** 1 where a relation holds between floats, else 0. */
    void compare(Relation relation, int[] out, int to, float[] a, int at, float[] b, int bt, int n);

    /** 1 where a relation holds between integers, else 0. */
    void compare(Relation relation, int[] out, int to, int[] a, int at, int[] b, int bt, int n);

    /** a where the condition is 1, else b. */
    void choose(float[] out, int to, int[] condition, int ct, float[] a, int at, float[] b, int bt, int n);

    /** a where the condition is 1, else b. */
    void choose(int[] out, int to, int[] condition, int ct, int[] a, int at, int[] b, int bt, int n);

    /** e to the power of a; within 1 ulp (subnormal results: within 1 ulp of their spacing). */
    void exp(float[] out, int to, float[] a, int at, int n);

    /** The natural logarithm, within 1 ulp. */
    void log(float[] out, int to, float[] a, int at, int n);

    /** 1 / (1 + e^-a), within 3 ulp, from a and {@code e = exp(-|a|)}. */
    void sigmoid(float[] out, int to, float[] a, int at, float[] e, int et, int n);

    /** The hyperbolic tangent of a, within 3 ulp, from a and {@code e = exp(2 |a|)}. */
    void tanh(float[] out, int to, float[] a, int at, float[] e, int et, int n);

    /** A step of a soft maximum, {@code out = exp(a - max)} and {@code sum += out}; max and sum begin at element 0. */
    void exponentials(float[] out, int to, float[] a, int at, float[] max, float[] sum, int n);

    /** The larger of max and a; what of them is NaN may be lost. max begins at element 0. */
    void raise(float[] max, float[] a, int at, int n);
}
