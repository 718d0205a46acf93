// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * Along one axis, the places of the target whose taps lie alike: place {@code first + j step} for {@code j < count} is
 * the sum over {@code i < taps} of the source's pixel {@code j sourceStep + offset + i offsetStep}, where there is one,
 * times tap {@code tap + i tapStep} of the kernel.
 *
 * <p>A forward convolution has one such phase; the gradient of a convolution of stride s has s, and so multiplies no
 * zeros.
 */
record DepthwiseAxis(int first, int step, int count, int sourceStep, int sourceSize, int taps, int tap, int tapStep,
        int offset, int offsetStep) {

    /** The phases of an axis. */
    static DepthwiseAxis[] of(boolean backward, int sourceSize, int targetSize, int kernel, int stride, int pad,
            int dilation) {
        if (!backward) {
            return new DepthwiseAxis[] {
                new DepthwiseAxis(0, 1, targetSize, stride, sourceSize, kernel, 0, 1, -pad, dilation)};
        }
        int phases = Math.min(stride, targetSize);
        DepthwiseAxis[] axes = new DepthwiseAxis[phases];
        for (int phase = 0; phase < phases; phase++) {
            int first = 0;
            int taps = 0;
            int step = 1;
            for (int k = 0; k < kernel; k++) {
                if ((phase + pad - k * dilation) % stride == 0) {
                    if (taps == 0) {
                        first = k;
                    } else if (taps == 1) {
                        step = k - first;
                    }
                    taps++;
                }
            }
            axes[phase] = new DepthwiseAxis(phase, stride, Math.ceilDiv(targetSize - phase, stride), 1, sourceSize,
                    taps, first, step, Math.floorDiv(phase + pad - first * dilation, stride),
                    -(step * dilation / stride));
        }
        return axes;
    }

    private int pixel(int j, int i) {
        return j * sourceStep + offset + i * offsetStep;
    }

    /** The first of the taps that have a source at a place; {@link #taps} if none has. */
    int from(int j) {
        int i = 0;
        while (i < taps && (pixel(j, i) < 0 || pixel(j, i) >= sourceSize)) {
            i++;
        }
        return i;
    }

    /** One past the last of the taps that have a source at a place; with {@link #from} an empty range if none has. */
    int to(int j) {
        int i = taps;
        while (i > 0 && (pixel(j, i - 1) < 0 || pixel(j, i - 1) >= sourceSize)) {
            i--;
        }
        return i;
    }

    /** The first place where all taps have a source, or {@link #count}. */
    int inside() {
        int j = 0;
        while (j < count && (from(j) > 0 || to(j) < taps)) {
            j++;
        }
        return j;
    }

    /** One past the last place in a row where all taps have a source, or {@link #inside}. */
    int insideEnd() {
        int j = inside();
        while (j < count && from(j) == 0 && to(j) == taps) {
            j++;
        }
        return j;
    }
}
