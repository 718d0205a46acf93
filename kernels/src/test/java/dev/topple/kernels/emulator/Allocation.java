// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** A piece of global memory, from an allocation or a variable of a module. */
final class Allocation {

    private static final int PAGE = 12;

    final long base;
    final int size;
    final Bytes bytes;
    /** For messages: what it is. */
    final String name;
    final boolean readOnly;
    /** Who wrote what in the launch that runs: block number + 1 of each place, pages made as they are needed. */
    private AtomicReferenceArray<int[]> writers;

    Allocation(long base, int size, String name, boolean readOnly) {
        this.base = base;
        this.size = size;
        this.bytes = new Bytes(size);
        this.name = name;
        this.readOnly = readOnly;
    }

    boolean holds(long address, long count) {
        return address >= base && address + count <= base + size;
    }

    /** Forgets who wrote. */
    synchronized void beginLaunch() {
        writers = null;
    }

    private synchronized AtomicReferenceArray<int[]> pages() {
        if (writers == null) {
            writers = new AtomicReferenceArray<>((size >> PAGE) + 1);
        }
        return writers;
    }

    /**
     * Notes a write.
     *
     * @param pieces whether every byte counts for itself, or four together
     * @return the block that wrote there before in this launch, -1 if none or the same
     */
    int writes(int block, int at, int count, boolean pieces) {
        int other = -1;
        int step = pieces ? 1 : 4;
        AtomicReferenceArray<int[]> pages = writers == null ? pages() : writers;
        for (int i = at; i < at + count; i += step) {
            int[] page = pages.get(i >> PAGE);
            if (page == null) {
                page = new int[(1 << PAGE) / step];
                if (!pages.compareAndSet(i >> PAGE, null, page)) {
                    page = pages.get(i >> PAGE);
                }
            }
            int k = (i & (1 << PAGE) - 1) / step;
            if (page[k] != 0 && page[k] != block + 1) {
                other = page[k] - 1;
            }
            page[k] = block + 1;
        }
        return other;
    }

    /** The other block that wrote there in this launch, -1 if none. */
    int writerBeside(int block, int at, int count, boolean pieces) {
        AtomicReferenceArray<int[]> pages = writers;
        if (pages == null) {
            return -1;
        }
        int step = pieces ? 1 : 4;
        for (int i = at; i < at + count; i += step) {
            int[] page = pages.get(i >> PAGE);
            int writer = page == null ? 0 : page[(i & (1 << PAGE) - 1) / step];
            if (writer != 0 && writer != block + 1) {
                return writer - 1;
            }
        }
        return -1;
    }
}
