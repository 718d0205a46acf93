// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Resampling;
import java.util.Arrays;

/**
 * Interpolation of planes of one size to another, and its adjoint. Rows first: a source row is stretched once, and
 * result rows are blends of two stretched rows. Tables say for each pixel along an axis its two sources and the weight
 * of the second.
 */
public final class ResizeKernel {

    /** Where the pixels of one axis come from. */
    private record Axis(int[] first, int[] second, float[] weight) {

        static Axis of(Resampling.Method method, int in, int out) {
            Axis axis = new Axis(new int[out], new int[out], new float[out]);
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
            return axis;
        }
    }

    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final Axis rows;
    private final Axis columns;
    private final LaneKernels lanes;

    /** Tables for planes of one size that become planes of another. */
    public ResizeKernel(Resampling.Method method, int height, int width, int outHeight, int outWidth,
            LaneKernels lanes) {
        this.height = height;
        this.width = width;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.lanes = lanes;
        rows = Axis.of(method, height, outHeight);
        columns = Axis.of(method, width, outWidth);
    }

    /** Working memory of {@link #resize} in floats. */
    public int scratch() {
        return 2 * outWidth;
    }

    /** Working memory of {@link #gradient} in floats. */
    public int gradientScratch() {
        return height * outWidth;
    }

    /** One plane. */
    public void resize(float[] x, int from, float[] out, int to, float[] scratch) {
        // Stretched rows live in the half of the scratch that their parity names, so neighbours never collide.
        int inEven = -1;
        int inOdd = -1;
        for (int y = 0; y < outHeight; y++) {
            int first = rows.first[y];
            int second = rows.second[y];
            for (int k = 0; k < 2; k++) {
                int row = k == 0 ? first : second;
                if (row % 2 == 0 && row != inEven) {
                    stretch(x, from + row * width, scratch, 0);
                    inEven = row;
                } else if (row % 2 == 1 && row != inOdd) {
                    stretch(x, from + row * width, scratch, outWidth);
                    inOdd = row;
                }
            }
            int a = first % 2 * outWidth;
            int b = second % 2 * outWidth;
            if (first == second) {
                System.arraycopy(scratch, a, out, to + y * outWidth, outWidth);
            } else {
                lanes.blend(out, to + y * outWidth, scratch, a, scratch, b, rows.weight[y], outWidth);
            }
        }
    }

    private void stretch(float[] x, int from, float[] row, int at) {
        for (int i = 0; i < outWidth; i++) {
            float t = columns.weight[i];
            float a = x[from + columns.first[i]];
            row[at + i] = columns.first[i] == columns.second[i] ? a
                    : Math.fma(x[from + columns.second[i]], t, a * (1 - t));
        }
    }

    /** The adjoint for one plane: from a gradient of the large plane to that of the original. */
    public void gradient(float[] g, int from, float[] out, int to, float[] scratch) {
        Arrays.fill(scratch, 0, height * outWidth, 0);
        for (int y = 0; y < outHeight; y++) {
            int first = rows.first[y];
            int second = rows.second[y];
            if (first == second) {
                lanes.addScaled(scratch, first * outWidth, g, from + y * outWidth, 1, outWidth);
            } else {
                float t = rows.weight[y];
                lanes.addScaled(scratch, first * outWidth, g, from + y * outWidth, 1 - t, outWidth);
                lanes.addScaled(scratch, second * outWidth, g, from + y * outWidth, t, outWidth);
            }
        }
        Arrays.fill(out, to, to + height * width, 0);
        for (int row = 0; row < height; row++) {
            int base = to + row * width;
            for (int i = 0; i < outWidth; i++) {
                float value = scratch[row * outWidth + i];
                int first = columns.first[i];
                int second = columns.second[i];
                if (first == second) {
                    out[base + first] += value;
                } else {
                    float t = columns.weight[i];
                    out[base + first] = Math.fma(value, 1 - t, out[base + first]);
                    out[base + second] = Math.fma(value, t, out[base + second]);
                }
            }
        }
    }

    /** One plane of integers, by the nearest pixel. */
    public void resize(int[] x, int from, int[] out, int to) {
        for (int y = 0; y < outHeight; y++) {
            int row = from + rows.first[y] * width;
            for (int i = 0; i < outWidth; i++) {
                out[to + y * outWidth + i] = x[row + columns.first[i]];
            }
        }
    }
}
