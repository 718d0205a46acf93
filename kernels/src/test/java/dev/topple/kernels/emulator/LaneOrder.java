// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** When lanes of a warp have met, so that what one did before comes before what another does after. */
final class LaneOrder {

    /** When all of them met the last time. */
    private int all;
    /** The same of each pair; null while only all have met. */
    private int[] pairs;

    void clear() {
        all = 0;
        pairs = null;
    }

    /** When all of them met the last time. */
    int lastOfAll() {
        return all;
    }

    /** Notes that lanes meet. */
    void meet(int mask, int live, int now) {
        if ((live & ~mask) == 0) {
            all = now;
            return;
        }
        if (pairs == null) {
            pairs = new int[Warp.LANES * Warp.LANES];
        }
        for (int a = 0; a < Warp.LANES; a++) {
            for (int b = 0; b < Warp.LANES; b++) {
                if ((mask >>> a & mask >>> b & 1) != 0) {
                    pairs[a * Warp.LANES + b] = now;
                }
            }
        }
    }

    /** Whether what one lane did at a time comes before what the other does now. */
    boolean ordered(int one, int other, int time) {
        return one == other || all > time || pairs != null && pairs[one * Warp.LANES + other] > time;
    }
}
