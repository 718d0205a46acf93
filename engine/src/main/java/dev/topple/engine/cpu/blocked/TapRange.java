// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * Along one axis, for each tap of a kernel the places of the result whose source lies within the image: place
 * {@code i} reads pixel {@code i stride + offset(tap)}, for {@code from(tap) <= i < to(tap)}.
 */
final class TapRange {

    private final int[] from;
    private final int[] to;
    private final int[] offset;

    /**
     * One axis.
     *
     * @param size pixels of the image
     * @param out places of the result
     */
    TapRange(int kernel, int stride, int pad, int dilation, int size, int out) {
        from = new int[kernel];
        to = new int[kernel];
        offset = new int[kernel];
        for (int k = 0; k < kernel; k++) {
            offset[k] = k * dilation - pad;
            from[k] = Math.clamp(Math.ceilDiv(-offset[k], stride), 0, out);
            to[k] = Math.clamp(Math.floorDiv(size - 1 - offset[k], stride) + 1, from[k], out);
        }
    }

    int from(int tap) {
        return from[tap];
    }

    int to(int tap) {
        return to[tap];
    }

    int offset(int tap) {
        return offset[tap];
    }
}
