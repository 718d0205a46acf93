// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/**
 * Brings a block of weights into the order in which the direct algorithm reads them. In training every weight is packed
 * twice in each step, so this must not take much longer than memory does.
 */
final class DirectWeights {

    private DirectWeights() {}

    /**
     * {@code packed[at + (t channels + k) lanes + l] = w[from + k channelStride + (l - first) targetStride + taps[t]]}
     * for {@code first <= l < last}, 0 in the other lanes.
     *
     * @param lanes a multiple of 16
     */
    static void pack(float[] w, int from, int channels, int channelStride, int targetStride, int[] taps, int first,
            int last, int lanes, float[] packed, int at) {
        if (first > 0 || last < lanes) {
            Arrays.fill(packed, at, at + taps.length * channels * lanes, 0f);
        }
        if (targetStride < channelStride) {
            // A source channel's weights lie together: all its taps before the next one.
            for (int k = 0; k < channels; k++) {
                for (int t = 0; t < taps.length; t++) {
                    row(w, from + k * channelStride + taps[t], targetStride, last - first, packed,
                            at + (t * channels + k) * lanes + first);
                }
            }
            return;
        }
        // A target's weights lie together: a few targets, all their channels and taps, then the next ones.
        int l = first;
        for (; l + 4 <= last; l += 4) {
            for (int t = 0; t < taps.length; t++) {
                four(w, from + (l - first) * targetStride + taps[t], targetStride, channelStride, channels, packed,
                        at + t * channels * lanes + l, lanes);
            }
        }
        for (; l < last; l++) {
            for (int t = 0; t < taps.length; t++) {
                one(w, from + (l - first) * targetStride + taps[t], channelStride, channels, packed,
                        at + t * channels * lanes + l, lanes);
            }
        }
    }

    private static void row(float[] w, int from, int step, int count, float[] packed, int to) {
        if (step == 1) {
            System.arraycopy(w, from, packed, to, count);
            return;
        }
        for (int l = 0; l < count; l++) {
            packed[to + l] = w[from + l * step];
        }
    }

    private static void four(float[] w, int from, int pitch, int step, int count, float[] packed, int to, int lanes) {
        int from1 = from + pitch;
        int from2 = from1 + pitch;
        int from3 = from2 + pitch;
        for (int k = 0; k < count; k++) {
            int in = k * step;
            int out = to + k * lanes;
            packed[out] = w[from + in];
            packed[out + 1] = w[from1 + in];
            packed[out + 2] = w[from2 + in];
            packed[out + 3] = w[from3 + in];
        }
    }

    private static void one(float[] w, int from, int step, int count, float[] packed, int to, int lanes) {
        for (int k = 0; k < count; k++) {
            packed[to + k * lanes] = w[from + k * step];
        }
    }
}
