// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.kernel.ResizeTables.Adjoint;
import dev.topple.engine.cpu.kernel.ResizeTables.Axis;
import dev.topple.engine.graph.Resampling;
import java.util.Arrays;

/**
 * Interpolation of planes of one size to another, and its adjoint. Rows first: a source row is stretched once, and
 * result rows are blends of two stretched rows. Tables say for each pixel along an axis its two sources and the weight
 * of the second.
 */
public final class ResizeKernel {

    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final Axis rows;
    private final Axis columns;
    private final Adjoint collected;
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
        collected = Adjoint.of(columns, width);
    }

    /** Working memory in floats. */
    public int scratch() {
        return height * outWidth;
    }

    /** One plane. */
    public void resize(float[] x, int from, float[] out, int to, float[] scratch) {
        lanes.stretch(scratch, 0, outWidth, x, from, width, height, columns.first(), columns.second(),
                columns.weight(), outWidth);
        for (int y = 0; y < outHeight; y++) {
            int first = rows.first()[y];
            int second = rows.second()[y];
            if (first == second) {
                System.arraycopy(scratch, first * outWidth, out, to + y * outWidth, outWidth);
            } else {
                lanes.blend(out, to + y * outWidth, scratch, first * outWidth, scratch, second * outWidth,
                        rows.weight()[y], outWidth);
            }
        }
    }

    /** The adjoint for one plane: from a gradient of the large plane to that of the original. */
    public void gradient(float[] g, int from, float[] out, int to, float[] scratch) {
        Arrays.fill(scratch, 0, height * outWidth, 0);
        for (int y = 0; y < outHeight; y++) {
            int first = rows.first()[y];
            int second = rows.second()[y];
            if (first == second) {
                lanes.addScaled(scratch, first * outWidth, g, from + y * outWidth, 1, outWidth);
            } else {
                float t = rows.weight()[y];
                lanes.addScaled(scratch, first * outWidth, g, from + y * outWidth, 1 - t, outWidth);
                lanes.addScaled(scratch, second * outWidth, g, from + y * outWidth, t, outWidth);
            }
        }
        lanes.collect(out, to, width, scratch, 0, outWidth, height, collected.index(), collected.weight(),
                collected.taps(), width);
    }

    /** One plane of integers, by the nearest pixel. */
    public void resize(int[] x, int from, int[] out, int to) {
        for (int y = 0; y < outHeight; y++) {
            int row = from + rows.first()[y] * width;
            for (int i = 0; i < outWidth; i++) {
                out[to + y * outWidth + i] = x[row + columns.first()[i]];
            }
        }
    }
}
