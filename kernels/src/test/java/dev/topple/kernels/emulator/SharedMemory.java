// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/**
 * Shared memory of a block. It keeps, for each place, who wrote it last and who read it since, at which time of the
 * block's clock; the clock goes on with every barrier and every operation that orders the lanes of a warp.
 */
final class SharedMemory {

    private static final int MANY = 1 << 7;
    private static final int MANY_ATOMICS = 1 << 15;

    final Bytes bytes;
    final int size;
    private final int shift;
    private final boolean check;
    private final long[] writer;
    private final long[] atomic;
    private final long[] reader;
    private final int[] readerLanes;

    /**
     * @param pieces whether every byte counts for itself, or four together
     * @param check whether races are looked for
     */
    SharedMemory(int size, boolean pieces, boolean check) {
        this.size = size;
        this.bytes = new Bytes(size + 16);
        this.shift = pieces ? 0 : 2;
        this.check = check;
        int places = check ? (size >> shift) + 1 : 0;
        writer = new long[places];
        atomic = new long[places];
        reader = new long[places];
        readerLanes = new int[places];
    }

    void clear() {
        Arrays.fill(bytes.state(), Bytes.UNWRITTEN);
        Arrays.fill(writer, 0);
        Arrays.fill(atomic, 0);
        Arrays.fill(reader, 0);
    }

    void reads(Warp w, int lane, int at, int count) {
        if (!check) {
            return;
        }
        for (int p = at >> shift; p <= at + count - 1 >> shift; p++) {
            checkWriter(w, lane, p, writer[p], "reads");
            checkWriter(w, lane, p, atomic[p], "reads");
            noteReader(w, lane, p);
        }
    }

    private void noteReader(Warp w, int lane, int p) {
        long r = reader[p];
        int time = (int) (r >>> 16);
        int clock = w.block.clock;
        int bit = 1 << lane;
        if (r == 0 || time < w.block.barrierTime) {
            reader[p] = (long) clock << 16 | w.number;
            readerLanes[p] = bit;
        } else if ((r & 0x7f) == w.number) {
            readerLanes[p] = time < w.order.lastOfAll() ? bit : readerLanes[p] | bit;
            reader[p] = (long) clock << 16 | r & 0xff;
        } else {
            reader[p] = r | MANY;
        }
    }

    /** @param same whether the value written is the one that is there */
    void writes(Warp w, int lane, int at, int count, boolean same) {
        if (!check) {
            return;
        }
        for (int p = at >> shift; p <= at + count - 1 >> shift; p++) {
            if (!same) {
                checkWriter(w, lane, p, writer[p], "writes");
                checkReader(w, lane, p);
            }
            checkWriter(w, lane, p, atomic[p], "writes");
            writer[p] = record(w, lane);
        }
    }

    /** Notes an atomic operation, which others like it may meet at its place. */
    void updates(Warp w, int lane, int at, int count) {
        if (!check) {
            return;
        }
        for (int p = at >> shift; p <= at + count - 1 >> shift; p++) {
            checkWriter(w, lane, p, writer[p], "updates");
            checkReader(w, lane, p);
            long r = atomic[p];
            boolean beside = r != 0 && (int) (r >>> 16) >= w.block.barrierTime && (r & 0x7fff) >> 5 != w.number;
            atomic[p] = record(w, lane) | (beside ? MANY_ATOMICS : r & MANY_ATOMICS);
            if (r != 0 && (int) (r >>> 16) < w.block.barrierTime) {
                atomic[p] = record(w, lane);
            }
        }
    }

    private static long record(Warp w, int lane) {
        return (long) w.block.clock << 16 | w.number * 32 + lane;
    }

    private void checkWriter(Warp w, int lane, int p, long r, String does) {
        int time = (int) (r >>> 16);
        int thread = (int) (r & 0x7fff);
        if (r == 0 || time < w.block.barrierTime) {
            return;
        }
        boolean near = thread >> 5 == w.number && (r & MANY_ATOMICS) == 0;
        if (near && w.order.ordered(thread & 31, lane, time)) {
            return;
        }
        throw w.fault(KernelFault.Kind.SHARED_RACE, lane, does + " shared memory at " + (p << shift) + ", which thread "
                + w.block.threadName(thread) + " wrote with no " + (near ? "barrier or __syncwarp" : "barrier")
                + " between");
    }

    private void checkReader(Warp w, int lane, int p) {
        long r = reader[p];
        int time = (int) (r >>> 16);
        if (r == 0 || time < w.block.barrierTime) {
            return;
        }
        int warp = (int) (r & 0x7f);
        boolean race = (r & MANY) != 0 || warp != w.number;
        int other = warp * 32 + Integer.numberOfTrailingZeros(readerLanes[p]);
        if (!race) {
            for (int lanes = readerLanes[p] & ~(1 << lane); lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                if (!w.order.ordered(l, lane, time)) {
                    race = true;
                    other = warp * 32 + l;
                    break;
                }
            }
        }
        if (race) {
            throw w.fault(KernelFault.Kind.SHARED_RACE, lane, "writes shared memory at " + (p << shift)
                    + ", which thread "
                    + w.block.threadName(other) + " read with no "
                    + (warp == w.number ? "barrier or __syncwarp" : "barrier") + " between");
        }
    }
}
