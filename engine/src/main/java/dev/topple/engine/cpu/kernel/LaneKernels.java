// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * Kernels that the JVM's compiler does not vectorise by itself: sums, blends of rows and rows stretched by a table. Two
 * implementations give the same bits: {@link VectorLanes} with the Vector API and {@link PlainLanes} without.
 *
 * <p>Sums have {@link #WIDTH} partial sums: element i of a run goes to partial sum i mod 16, and these meet in a fixed
 * tree. So the bits depend on the run's length alone.
 */
public interface LaneKernels {

    /** Partial sums of a run. */
    int WIDTH = 16;

    /** Which implementation it is, for people. */
    String description();

    /** The kernels for elementwise work. */
    ElementKernels elements();

    /** The same for runs so short that vectors are of no use. */
    ElementKernels plainElements();

    /** The kernels for losses. */
    LossKernels losses();

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

    /**
     * Stretches rows: {@code out[to + i] = x[from + first[i]] * (1 - t) + x[from + second[i]] * t} with
     * {@code t = weight[i]}, rounded as {@link #blend}; where t is 0 exactly the first. Each further row begins
     * {@code step} and {@code stride} elements after the one before.
     *
     * @param n the length of a row of the result
     */
    void stretch(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] first, int[] second,
            float[] weight, int n);

    /**
     * Gathers sums in rows: {@code out[to + i] = sum over t of x[from + index[t n + i]] * weight[t n + i]}, a chain of
     * fused steps from t = 0 on; those whose weight is 0 are left out. Each further row begins {@code step} and
     * {@code stride} elements after the one before.
     *
     * @param taps how many steps there are
     * @param n the length of a row of the result
     */
    void collect(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] index, float[] weight,
            int taps, int n);

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
