// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Relation;

/**
 * Kernels that the JVM's compiler does not vectorise by itself: choices by a mask, transcendental functions, sums. Two
 * implementations give the same bits: {@link VectorLanes} with the Vector API and {@link PlainLanes} without.
 *
 * <p>Methods with arrays that start at element 0 work on blocks: they may compute up to the next multiple of
 * {@link #WIDTH} elements, so arrays have such a length. {@code out} may be one of the operands. Truth is stored as 0
 * and 1.
 *
 * <p>Sums have {@link #WIDTH} partial sums: element i of a run goes to partial sum i mod 16, and these meet in a fixed
 * tree. So the bits depend on the run's length alone.
 */
public interface LaneKernels {

    /** Partial sums of a run, and the multiple to which blocks may be rounded up. */
    int WIDTH = 16;

    /** Which implementation it is, for people. */
    String description();

    /** 1 where a relation holds between floats, else 0. */
    void compare(Relation relation, int[] out, float[] a, float[] b, int n);

    /** 1 where a relation holds between integers, else 0. */
    void compare(Relation relation, int[] out, int[] a, int[] b, int n);

    /** a where the condition is 1, else b. */
    void choose(float[] out, int[] condition, float[] a, float[] b, int n);

    /** a where the condition is 1, else b. */
    void choose(int[] out, int[] condition, int[] a, int[] b, int n);

    /** g where y is positive, else 0. */
    void reluGradient(float[] out, float[] g, float[] y, int n);

    /** -1, 0 or 1; NaN stays NaN. */
    void sign(float[] out, float[] a, int n);

    /** e to the power of a; within 1 ulp (subnormal results: within 1 ulp of their spacing). */
    void exp(float[] out, float[] a, int n);

    /** The natural logarithm, within 1 ulp. */
    void log(float[] out, float[] a, int n);

    /** 1 / (1 + e^-a), within 3 ulp, from a and {@code e = exp(-|a|)}. */
    void sigmoid(float[] out, float[] a, float[] e, int n);

    /** The hyperbolic tangent of a, within 3 ulp, from a and {@code e = exp(2 |a|)}. */
    void tanh(float[] out, float[] a, float[] e, int n);

    /**
     * The sum of a run.
     *
     * @param lanes working memory, {@link #WIDTH} elements
     */
    float sum(float[] x, int from, int n, float[] lanes);

    /** The sum of {@code (x - centre)^2}. */
    float sumSquares(float[] x, int from, int n, float centre, float[] lanes);

    /** The sum of {@code g (x - centre)}. */
    float sumProducts(float[] g, int gFrom, float[] x, int xFrom, int n, float centre, float[] lanes);

    /** The largest of a run; NaN if any is; minus infinity if there is none. */
    float max(float[] x, int from, int n, float[] lanes);

    /** {@code total[i] += x[from + i]}. */
    void accumulate(float[] total, float[] x, int from, int n);

    /** {@code total[i] = max(total[i], x[from + i])}. */
    void accumulateMax(float[] total, float[] x, int from, int n);

    /** {@code out[to + i] = a[aFrom + i] * (1 - t) + b[bFrom + i] * t}, rounded as {@code fma(b, t, a (1 - t))}. */
    void blend(float[] out, int to, float[] a, int aFrom, float[] b, int bFrom, float t, int n);

    /** {@code out[to + i] += a[from + i] * s}, rounded once. */
    void addScaled(float[] out, int to, float[] a, int from, float s, int n);

    /** The partial sums meet: 8 with 8, 4 with 4 and so on. */
    static float fold(float[] lanes) {
        for (int half = WIDTH / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    /** The largest of the partial maxima. */
    static float foldMax(float[] lanes) {
        float max = lanes[0];
        for (int i = 1; i < WIDTH; i++) {
            max = Math.max(max, lanes[i]);
        }
        return max;
    }

    /** The implementation for a vector width; {@link Simd#OFF} gives plain loops. */
    static LaneKernels of(Simd simd) {
        return simd == Simd.OFF ? new PlainLanes() : new VectorLanes();
    }
}
