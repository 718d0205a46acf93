// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/** Copies from global to shared memory that a warp has begun and not waited for. Each lane has groups of its own. */
final class AsyncCopies {

    private static final int WIDTH = 6;

    /** Lane, place in shared memory, bytes, group, and the 16 bytes as two numbers. */
    private long[] pending = new long[64 * WIDTH];
    private int size;
    private final int[] committed = new int[Warp.LANES];

    void clear() {
        size = 0;
        Arrays.fill(committed, 0);
    }

    void add(int lane, int at, int bytes, long low, long high) {
        if ((size + 1) * WIDTH > pending.length) {
            pending = Arrays.copyOf(pending, 2 * pending.length);
        }
        int p = size++ * WIDTH;
        pending[p] = lane;
        pending[p + 1] = at;
        pending[p + 2] = bytes;
        pending[p + 3] = committed[lane];
        pending[p + 4] = low;
        pending[p + 5] = high;
    }

    /** Closes the groups of the lanes. */
    void commit(int mask) {
        for (int m = mask; m != 0; m &= m - 1) {
            committed[Integer.numberOfTrailingZeros(m)]++;
        }
    }

    /**
     * Makes copies visible to the lanes that began them.
     *
     * @param but how many of the latest closed groups may go on; -1 for none, not even what is in no closed group
     */
    void await(Warp w, int mask, int but) {
        SharedMemory shared = w.block.shared;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            int p = i * WIDTH;
            int lane = (int) pending[p];
            boolean done = (mask >>> lane & 1) != 0 && (but < 0 || pending[p + 3] < committed[lane] - but);
            if (!done) {
                System.arraycopy(pending, p, pending, kept++ * WIDTH, WIDTH);
                continue;
            }
            int at = (int) pending[p + 1];
            int bytes = (int) pending[p + 2];
            for (int k = 0; k < bytes; k += 4) {
                shared.bytes.set(at + k, 4, pending[p + 4 + k / 8] >>> (k % 8) * 8);
            }
            shared.writes(w, lane, at, bytes, false);
        }
        size = kept;
    }
}
