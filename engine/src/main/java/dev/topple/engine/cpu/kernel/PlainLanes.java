// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Relation;

/** The kernels as plain loops, for a JVM without {@code jdk.incubator.vector}. */
final class PlainLanes implements LaneKernels {

    @Override
    public String description() {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return present ? "plain loops" : "plain loops (start Java with --add-modules jdk.incubator.vector)";
    }

    @Override
    public void compare(Relation relation, int[] out, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            boolean holds = switch (relation) {
                case EQUAL -> a[i] == b[i];
                case NOT_EQUAL -> a[i] != b[i];
                case LESS -> a[i] < b[i];
                case LESS_OR_EQUAL -> a[i] <= b[i];
                case GREATER -> a[i] > b[i];
                case GREATER_OR_EQUAL -> a[i] >= b[i];
            };
            out[i] = holds ? 1 : 0;
        }
    }

    @Override
    public void compare(Relation relation, int[] out, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            boolean holds = switch (relation) {
                case EQUAL -> a[i] == b[i];
                case NOT_EQUAL -> a[i] != b[i];
                case LESS -> a[i] < b[i];
                case LESS_OR_EQUAL -> a[i] <= b[i];
                case GREATER -> a[i] > b[i];
                case GREATER_OR_EQUAL -> a[i] >= b[i];
            };
            out[i] = holds ? 1 : 0;
        }
    }

    @Override
    public void choose(float[] out, int[] condition, float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = condition[i] != 0 ? a[i] : b[i];
        }
    }

    @Override
    public void choose(int[] out, int[] condition, int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = condition[i] != 0 ? a[i] : b[i];
        }
    }

    @Override
    public void reluGradient(float[] out, float[] g, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = y[i] > 0 ? g[i] : 0;
        }
    }

    @Override
    public void sign(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            float x = a[i];
            out[i] = x > 0 ? 1 : x < 0 ? -1 : x;
        }
    }

    @Override
    public void exp(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Elementary.exp(a[i]);
        }
    }

    @Override
    public void log(float[] out, float[] a, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Elementary.log(a[i]);
        }
    }

    @Override
    public void sigmoid(float[] out, float[] a, float[] e, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Elementary.sigmoid(a[i], e[i]);
        }
    }

    @Override
    public void tanh(float[] out, float[] a, float[] e, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Elementary.tanh(a[i], e[i]);
        }
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

    private static void clear(float[] lanes, float value) {
        for (int i = 0; i < WIDTH; i++) {
            lanes[i] = value;
        }
    }
}
