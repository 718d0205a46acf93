// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Relation;

/** Elementwise kernels as plain loops, for a JVM without {@code jdk.incubator.vector} and for the ends of runs. */
final class PlainElements implements ElementKernels {

    @Override
    public void add(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] + b[bt + i];
        }
    }

    @Override
    public void subtract(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] - b[bt + i];
        }
    }

    @Override
    public void multiply(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] * b[bt + i];
        }
    }

    @Override
    public void scale(float[] out, int to, float[] a, int at, float s, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] * s;
        }
    }

    @Override
    public void divide(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] / b[bt + i];
        }
    }

    @Override
    public void maximum(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Math.max(a[at + i], b[bt + i]);
        }
    }

    @Override
    public void minimum(float[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Math.min(a[at + i], b[bt + i]);
        }
    }

    @Override
    public void negate(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = -a[at + i];
        }
    }

    @Override
    public void abs(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Math.abs(a[at + i]);
        }
    }

    @Override
    public void sqrt(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = (float) Math.sqrt(a[at + i]);
        }
    }

    @Override
    public void inverse(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = 1 / a[at + i];
        }
    }

    @Override
    public void clamp(float[] out, int to, float[] a, int at, float low, float high, int n) {
        for (int i = 0; i < n; i++) {
            float raised = a[at + i] <= low ? low : a[at + i];
            out[to + i] = raised >= high ? high : raised;
        }
    }

    @Override
    public void clampGradient(float[] out, int to, float[] g, int gt, float[] x, int xt, float low, float high, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = x[xt + i] >= low && x[xt + i] <= high ? g[gt + i] : 0;
        }
    }

    @Override
    public void relu(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = a[at + i] <= 0 ? 0 : a[at + i];
        }
    }

    @Override
    public void reluGradient(float[] out, int to, float[] g, int gt, float[] y, int yt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = y[yt + i] > 0 ? g[gt + i] : 0;
        }
    }

    @Override
    public void sign(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            float x = a[at + i];
            out[to + i] = x > 0 ? 1 : x < 0 ? -1 : x;
        }
    }

    @Override
    public void compare(Relation relation, int[] out, int to, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            boolean holds = switch (relation) {
                case EQUAL -> a[at + i] == b[bt + i];
                case NOT_EQUAL -> a[at + i] != b[bt + i];
                case LESS -> a[at + i] < b[bt + i];
                case LESS_OR_EQUAL -> a[at + i] <= b[bt + i];
                case GREATER -> a[at + i] > b[bt + i];
                case GREATER_OR_EQUAL -> a[at + i] >= b[bt + i];
            };
            out[to + i] = holds ? 1 : 0;
        }
    }

    @Override
    public void compare(Relation relation, int[] out, int to, int[] a, int at, int[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            boolean holds = switch (relation) {
                case EQUAL -> a[at + i] == b[bt + i];
                case NOT_EQUAL -> a[at + i] != b[bt + i];
                case LESS -> a[at + i] < b[bt + i];
                case LESS_OR_EQUAL -> a[at + i] <= b[bt + i];
                case GREATER -> a[at + i] > b[bt + i];
                case GREATER_OR_EQUAL -> a[at + i] >= b[bt + i];
            };
            out[to + i] = holds ? 1 : 0;
        }
    }

    @Override
    public void choose(float[] out, int to, int[] condition, int ct, float[] a, int at, float[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = condition[ct + i] != 0 ? a[at + i] : b[bt + i];
        }
    }

    @Override
    public void choose(int[] out, int to, int[] condition, int ct, int[] a, int at, int[] b, int bt, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = condition[ct + i] != 0 ? a[at + i] : b[bt + i];
        }
    }

    @Override
    public void exp(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Elementary.exp(a[at + i]);
        }
    }

    @Override
    public void log(float[] out, int to, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Elementary.log(a[at + i]);
        }
    }

    @Override
    public void sigmoid(float[] out, int to, float[] a, int at, float[] e, int et, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Elementary.sigmoid(a[at + i], e[et + i]);
        }
    }

    @Override
    public void tanh(float[] out, int to, float[] a, int at, float[] e, int et, int n) {
        for (int i = 0; i < n; i++) {
            out[to + i] = Elementary.tanh(a[at + i], e[et + i]);
        }
    }

    @Override
    public void exponentials(float[] out, int to, float[] a, int at, float[] max, float[] sum, int n) {
        for (int i = 0; i < n; i++) {
            float e = Elementary.exp(a[at + i] - max[i]);
            out[to + i] = e;
            sum[i] += e;
        }
    }

    @Override
    public void raise(float[] max, float[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            max[i] = max[i] < a[at + i] ? a[at + i] : max[i];
        }
    }
}
