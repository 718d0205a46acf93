// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/** The kernels as plain loops, for a JVM without {@code jdk.incubator.vector}. */
final class PlainLanes implements LaneKernels {

    private final ElementKernels elements = new PlainElements();
    private final LossKernels losses = new PlainLosses();

    @Override
    public String description() {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return present ? "plain loops" : "plain loops (start Java with --add-modules jdk.incubator.vector)";
    }

    @Override
    public ElementKernels elements() {
        return elements;
    }

    @Override
    public LossKernels losses() {
        return losses;
    }

    @Override
    public ElementKernels plainElements() {
        return elements;
    }

    @Override
    public float sum(float[] x, int from, int n, float[] lanes) {
        clear(lanes, 0);
        for (int i = 0; i < n; i++) {
            lanes[i % WIDTH] += x[from + i];
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float sumSquares(float[] x, int from, int n, float centre, float[] lanes) {
        clear(lanes, 0);
        for (int i = 0; i < n; i++) {
            float d = x[from + i] - centre;
            lanes[i % WIDTH] = Math.fma(d, d, lanes[i % WIDTH]);
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float sumProducts(float[] g, int gFrom, float[] x, int xFrom, int n, float centre, float[] lanes) {
        clear(lanes, 0);
        for (int i = 0; i < n; i++) {
            lanes[i % WIDTH] = Math.fma(g[gFrom + i], x[xFrom + i] - centre, lanes[i % WIDTH]);
        }
        return LaneKernels.fold(lanes);
    }

    @Override
    public float max(float[] x, int from, int n, float[] lanes) {
        clear(lanes, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i++) {
            lanes[i % WIDTH] = Math.max(lanes[i % WIDTH], x[from + i]);
        }
        return LaneKernels.foldMax(lanes);
    }

    @Override
    public void accumulate(float[] total, float[] x, int from, int n) {
        for (int i = 0; i < n; i++) {
            total[i] += x[from + i];
        }
    }

    @Override
    public void accumulateMax(float[] total, float[] x, int from, int n) {
        for (int i = 0; i < n; i++) {
            total[i] = Math.max(total[i], x[from + i]);
        }
    }

    @Override
    public void blend(float[] out, int to, float[] a, int aFrom, float[] b, int bFrom, float t, int n) {
        float s = 1 - t;
        for (int i = 0; i < n; i++) {
            out[to + i] = Math.fma(b[bFrom + i], t, a[aFrom + i] * s);
        }
    }

    @Override
    public void addScaled(float[] out, int to, float[] a, int from, float s, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Math.fma(a[from + i], s, out[to + i]);
        }
    }

    @Override
    public void stretch(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] first,
            int[] second, float[] weight, int n) {
        stretch(out, to, step, x, from, stride, rows, first, second, weight, 0, n);
    }

    /** Of each row the elements from {@code begin} on. */
    void stretch(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] first, int[] second,
            float[] weight, int begin, int n) {
        for (int row = 0; row < rows; row++) {
            int source = from + row * stride;
            int target = to + row * step;
            for (int i = begin; i < n; i++) {
                float t = weight[i];
                float a = x[source + first[i]];
                float y = Math.fma(x[source + second[i]], t, a * (1 - t));
                out[target + i] = t == 0 ? a : y;
            }
        }
    }

    @Override
    public void collect(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] index,
            float[] weight, int taps, int n) {
        collect(out, to, step, x, from, stride, rows, index, weight, taps, 0, n);
    }

    /** Of each row the elements from {@code begin} on. */
    void collect(float[] out, int to, int step, float[] x, int from, int stride, int rows, int[] index, float[] weight,
            int taps, int begin, int n) {
        for (int row = 0; row < rows; row++) {
            int source = from + row * stride;
            int target = to + row * step;
            for (int i = begin; i < n; i++) {
                out[target + i] = 0;
            }
            for (int t = 0; t < taps; t++) {
                for (int i = begin; i < n; i++) {
                    float w = weight[t * n + i];
                    float sum = out[target + i];
                    out[target + i] = w == 0 ? sum : Math.fma(x[source + index[t * n + i]], w, sum);
                }
            }
        }
    }

    private static void clear(float[] lanes, float value) {
        for (int i = 0; i < WIDTH; i++) {
            lanes[i] = value;
        }
    }
}
