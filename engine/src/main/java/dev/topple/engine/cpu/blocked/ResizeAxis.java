// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Resampling;

/**
 * Where the pixels of one axis come from, and where those of the source go: pixel {@code i} of the result blends the
 * pixels {@code first[i]} and {@code second[i]} of the source, the second with {@code weight[i]}; where they are the
 * same pixel, it is copied. Pixel {@code p} of the source has a share of the result's pixels from {@code from[p]} to
 * {@code to[p]} (exclusive), with the factors {@code shares[shareAt[p]]} and so on.
 */
record ResizeAxis(int[] first, int[] second, float[] weight, int[] from, int[] to, int[] shareAt, float[] shares) {

    static ResizeAxis of(Resampling.Method method, int in, int out) {
        ResizeAxis axis = new ResizeAxis(new int[out], new int[out], new float[out], new int[in], new int[in],
                new int[in], new float[2 * out]);
        for (int i = 0; i < out; i++) {
            double position = switch (method) {
                case NEAREST -> (double) ((long) i * in / out);
                case BILINEAR -> Math.max(0, (i + 0.5) * in / out - 0.5);
                case BILINEAR_ALIGN_CORNERS -> out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
            };
            int first = Math.min((int) position, in - 1);
            axis.first[i] = first;
            axis.second[i] = position == first ? first : Math.min(first + 1, in - 1);
            axis.weight[i] = (float) (position - first);
        }
        axis.invert();
        return axis;
    }

    private void invert() {
        int i = 0;
        int at = 0;
        for (int p = 0; p < from.length; p++) {
            while (i < first.length && second[i] < p) {
                i++;
            }
            from[p] = i;
            to[p] = i;
            shareAt[p] = at;
            while (to[p] < first.length && first[to[p]] <= p) {
                int k = to[p]++;
                shares[at++] = first[k] == second[k] ? 1f : first[k] == p ? 1 - weight[k] : weight[k];
            }
        }
    }
}
