// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Pooling.Window;

/**
 * Which pixels of an image of {@code height} by {@code width} each window covers, and which windows cover each pixel.
 *
 * @param rows the windows along the height
 * @param columns the windows along the width
 */
record PoolGeometry(int height, int width, Axis rows, Axis columns) {

    /**
     * One axis: window {@code i} covers the pixels from {@code first[i]} to {@code end[i]}, and {@code places[i]}
     * places count in a mean; pixel {@code p} is covered by the windows from {@code firstOver[p]} to
     * {@code endOver[p]}. All ends are exclusive.
     */
    record Axis(int out, int[] first, int[] end, int[] places, int[] firstOver, int[] endOver) {

        static Axis of(int size, int out, int kernel, int stride, int pad, boolean countPadding) {
            Axis axis = new Axis(out, new int[out], new int[out], new int[out], new int[size], new int[size]);
            for (int i = 0; i < out; i++) {
                int start = i * stride - pad;
                axis.first[i] = Math.max(start, 0);
                axis.end[i] = Math.min(start + kernel, size);
                axis.places[i] = countPadding
                        ? Math.min(start + kernel, size + pad) - start
                        : axis.end[i] - axis.first[i];
            }
            for (int p = 0; p < size; p++) {
                axis.firstOver[p] = Math.clamp(Math.ceilDiv(p + pad - kernel + 1, stride), 0, out);
                axis.endOver[p] = Math.clamp(Math.floorDiv(p + pad, stride) + 1, axis.firstOver[p], out);
            }
            return axis;
        }
    }

    static PoolGeometry of(Window w, boolean countPadding, int height, int width) {
        return new PoolGeometry(height, width,
                Axis.of(height, w.outHeight(height), w.kernelH(), w.strideH(), w.padH(), countPadding),
                Axis.of(width, w.outWidth(width), w.kernelW(), w.strideW(), w.padW(), countPadding));
    }

    /** By how many places the sum of a window is divided. */
    float share(int row, int column) {
        return (float) rows.places[row] * columns.places[column];
    }
}
