// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling.Method;

/** What pooling and interpolation mean for one plane, written as plainly as possible, in float32. */
final class ChannelPlanes {

    private ChannelPlanes() {
    }

    private interface Covered {
        void pixel(int place, int pixel);
    }

    /** Every pixel of every window, windows and pixels in ascending order. */
    private static void forEach(Window w, int height, int width, Covered covered) {
        for (int place = 0; place < w.outHeight(height) * w.outWidth(width); place++) {
            int top = place / w.outWidth(width) * w.strideH() - w.padH();
            int left = place % w.outWidth(width) * w.strideW() - w.padW();
            for (int y = Math.max(0, top); y < Math.min(height, top + w.kernelH()); y++) {
                for (int x = Math.max(0, left); x < Math.min(width, left + w.kernelW()); x++) {
                    covered.pixel(place, y * width + x);
                }
            }
        }
    }

    /** The first largest; a NaN is larger than all but another. Indices start at -1. */
    static void max(Window w, float[] x, int from, int height, int width, float[] y, int[] indices, int to) {
        java.util.Arrays.fill(indices, to, to + w.outHeight(height) * w.outWidth(width), -1);
        forEach(w, height, width, (place, pixel) -> {
            float value = x[from + pixel];
            float largest = y[to + place];
            if (indices[to + place] < 0 || value > largest || (Float.isNaN(value) && !Float.isNaN(largest))) {
                y[to + place] = value;
                indices[to + place] = pixel;
            }
        });
    }

    /** Adds values to the pixels that their indices name; an index out of range names none. */
    static void scatter(float[] g, int[] indices, int from, int count, float[] y, int to, int pixels) {
        for (int i = from; i < from + count; i++) {
            if (indices[i] >= 0 && indices[i] < pixels) {
                y[to + indices[i]] += g[i];
            }
        }
    }

    /** The pixels that indices name, or NaN. */
    static void gather(float[] x, int from, int pixels, int[] indices, int count, float[] y, int to) {
        for (int i = to; i < to + count; i++) {
            y[i] = indices[i] >= 0 && indices[i] < pixels ? x[from + indices[i]] : Float.NaN;
        }
    }

    private static float places(int i, int kernel, int stride, int pad, int size, boolean countPadding) {
        int start = i * stride - pad;
        return countPadding
                ? Math.min(start + kernel, size + pad) - start
                : Math.min(start + kernel, size) - Math.max(start, 0);
    }

    private static float share(Window w, boolean countPadding, int place, int height, int width) {
        return places(place / w.outWidth(width), w.kernelH(), w.strideH(), w.padH(), height, countPadding)
                * places(place % w.outWidth(width), w.kernelW(), w.strideW(), w.padW(), width, countPadding);
    }

    static void average(Window w, boolean countPadding, float[] x, int from, int height, int width, float[] y,
            int to) {
        forEach(w, height, width, (place, pixel) -> y[to + place] += x[from + pixel]);
        for (int place = 0; place < w.outHeight(height) * w.outWidth(width); place++) {
            y[to + place] /= share(w, countPadding, place, height, width);
        }
    }

    static void averageGradient(Window w, boolean countPadding, float[] g, int from, float[] y, int to, int height,
            int width) {
        forEach(w, height, width, (place, pixel) -> y[to + pixel] += g[from + place]
                / share(w, countPadding, place, height, width));
    }

    private static double position(Method method, int i, int in, int out) {
        return switch (method) {
            case NEAREST -> Math.floorDiv(i * in, out);
            case BILINEAR -> Math.clamp((i + 0.5) * in / out - 0.5, 0, in - 1);
            case BILINEAR_ALIGN_CORNERS -> out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
        };
    }

    private static float blend(float a, float b, double position) {
        float t = (float) (position - Math.floor(position));
        return t == 0 ? a : Math.fma(b, t, a * (1 - t));
    }

    static void resize(Method method, float[] x, int from, int height, int width, float[] y, int to, int outHeight,
            int outWidth) {
        for (int i = 0; i < outHeight * outWidth; i++) {
            double row = position(method, i / outWidth, height, outHeight);
            double column = position(method, i % outWidth, width, outWidth);
            int top = from + (int) row * width + (int) column;
            int right = column == (int) column ? 0 : 1;
            int below = row == (int) row ? 0 : width;
            y[to + i] = blend(blend(x[top], x[top + right], column),
                    blend(x[top + below], x[top + below + right], column), row);
        }
    }

    /** Rows first. */
    static void resizeGradient(Method method, float[] g, int from, int outHeight, int outWidth, float[] y, int to,
            int height, int width) {
        float[] rows = new float[height * outWidth];
        for (int i = 0; i < outHeight * outWidth; i++) {
            double row = position(method, i / outWidth, height, outHeight);
            add(rows, i % outWidth, outWidth, row, g[from + i]);
        }
        float[] plane = new float[height * width];
        for (int i = 0; i < height * outWidth; i++) {
            add(plane, i / outWidth * width, 1, position(method, i % outWidth, width, outWidth), rows[i]);
        }
        System.arraycopy(plane, 0, y, to, plane.length);
    }

    private static void add(float[] sums, int at, int step, double position, float value) {
        int first = (int) position;
        float t = (float) (position - first);
        sums[at + first * step] = Math.fma(value, 1 - t, sums[at + first * step]);
        if (position != first) {
            sums[at + (first + 1) * step] = Math.fma(value, t, sums[at + (first + 1) * step]);
        }
    }
}
