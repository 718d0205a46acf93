// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Pooling;

/** Pooling of one plane (one channel of one image), and its adjoints. */
public final class PoolKernels {

    private PoolKernels() {}

    /** The largest of each window and the index of the first of them within the plane; NaN counts as largest. */
    public static void max(Pooling.Window w, float[] x, int from, int height, int width, float[] values, int valuesAt,
            int[] indices, int indicesAt) {
        int outHeight = w.outHeight(height);
        int outWidth = w.outWidth(width);
        for (int oy = 0; oy < outHeight; oy++) {
            int top = Math.max(oy * w.strideH() - w.padH(), 0);
            int bottom = Math.min(oy * w.strideH() - w.padH() + w.kernelH(), height);
            for (int ox = 0; ox < outWidth; ox++) {
                int left = Math.max(ox * w.strideW() - w.padW(), 0);
                int right = Math.min(ox * w.strideW() - w.padW() + w.kernelW(), width);
                int best = top * width + left;
                float largest = x[from + best];
                for (int y = top; y < bottom; y++) {
                    for (int i = y * width + left; i < y * width + right; i++) {
                        float value = x[from + i];
                        if (value > largest || (value != value && largest == largest)) {
                            largest = value;
                            best = i;
                        }
                    }
                }
                values[valuesAt + oy * outWidth + ox] = largest;
                indices[indicesAt + oy * outWidth + ox] = best;
            }
        }
    }

    /** Adds values to the pixels that their indices name; a plane of {@code size} pixels that starts at zero. */
    public static void scatter(float[] g, int[] indices, int gAt, int indicesAt, int count, float[] out, int to,
            int size) {
        java.util.Arrays.fill(out, to, to + size, 0);
        for (int i = 0; i < count; i++) {
            int index = indices[indicesAt + i];
            if (index >= 0 && index < size) {
                out[to + index] += g[gAt + i];
            }
        }
    }

    /** The pixels of a plane of {@code size} that indices name; NaN where an index is out of range. */
    public static void gather(float[] x, int from, int size, int[] indices, int indicesAt, int count, float[] out,
            int to) {
        for (int i = 0; i < count; i++) {
            int index = indices[indicesAt + i];
            out[to + i] = index >= 0 && index < size ? x[from + index] : Float.NaN;
        }
    }

    /** The mean of each window. */
    public static void average(Pooling.Window w, boolean countPadding, float[] x, int from, int height, int width,
            float[] out, int to) {
        int outHeight = w.outHeight(height);
        int outWidth = w.outWidth(width);
        for (int oy = 0; oy < outHeight; oy++) {
            int top = oy * w.strideH() - w.padH();
            int bottom = Math.min(top + w.kernelH(), height);
            for (int ox = 0; ox < outWidth; ox++) {
                int left = ox * w.strideW() - w.padW();
                int right = Math.min(left + w.kernelW(), width);
                float sum = 0;
                for (int y = Math.max(top, 0); y < bottom; y++) {
                    for (int i = Math.max(left, 0); i < right; i++) {
                        sum += x[from + y * width + i];
                    }
                }
                out[to + oy * outWidth + ox] = sum / share(w, countPadding, top, left, height, width);
            }
        }
    }

    /** The adjoint of {@link #average}: spreads each window's gradient over its pixels. */
    public static void averageGradient(Pooling.Window w, boolean countPadding, float[] g, int from, float[] out, int to,
            int height, int width) {
        java.util.Arrays.fill(out, to, to + height * width, 0);
        int outHeight = w.outHeight(height);
        int outWidth = w.outWidth(width);
        for (int oy = 0; oy < outHeight; oy++) {
            int top = oy * w.strideH() - w.padH();
            int bottom = Math.min(top + w.kernelH(), height);
            for (int ox = 0; ox < outWidth; ox++) {
                int left = ox * w.strideW() - w.padW();
                int right = Math.min(left + w.kernelW(), width);
                float each = g[from + oy * outWidth + ox] / share(w, countPadding, top, left, height, width);
                for (int y = Math.max(top, 0); y < bottom; y++) {
                    for (int i = Math.max(left, 0); i < right; i++) {
                        out[to + y * width + i] += each;
                    }
                }
            }
        }
    }

    /** By how many places a window's sum is divided. */
    private static float share(Pooling.Window w, boolean countPadding, int top, int left, int height, int width) {
        int right = left + w.kernelW();
        int bottom = top + w.kernelH();
        return countPadding
                ? (float) (Math.min(bottom, height + w.padH()) - top) * (Math.min(right, width + w.padW()) - left)
                : (float) (Math.min(bottom, height) - Math.max(top, 0))
                        * (Math.min(right, width) - Math.max(left, 0));
    }
}
