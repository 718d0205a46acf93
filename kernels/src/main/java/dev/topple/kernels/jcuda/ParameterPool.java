// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.driver.ParameterTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Launch parameters in memory off the heap: the values, 8 bytes each, and behind them the array of pointers to them
 * that a launch wants, written once. So a launch hands over one raw address; JCuda would otherwise take every value
 * apart, at twenty times the cost. The driver reads the values during the call, hence the memory need not be pinned.
 */
final class ParameterPool implements AutoCloseable {

    private static final long SLAB_BYTES = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private final Map<Integer, Deque<MemorySegment>> free = new HashMap<>();
    private MemorySegment slab = MemorySegment.NULL;

    ParameterTable table(int slots) {
        if (slots < 0 || slots > 1024) {
            throw new IllegalArgumentException("a launch has 0 to 1024 parameters, not " + slots);
        }
        Deque<MemorySegment> spare = free.get(slots);
        MemorySegment values = spare == null || spare.isEmpty() ? carve(16L * Math.max(1, slots)) : spare.pop();
        for (int slot = 0; slot < slots; slot++) {
            values.set(ValueLayout.JAVA_LONG, 8L * slot, 0);
            values.set(ValueLayout.JAVA_LONG, 8L * (slots + slot), values.address() + 8L * slot);
        }
        return new Table(slots, values);
    }

    private MemorySegment carve(long bytes) {
        if (slab.byteSize() < bytes) {
            slab = arena.allocate(Math.max(SLAB_BYTES, bytes), 64);
        }
        MemorySegment piece = slab.asSlice(0, bytes);
        slab = slab.asSlice(bytes);
        return piece;
    }

    /** Where the pointers of a table of this pool's kind lie. */
    static RawPointer pointers(ParameterTable parameters) {
        if (parameters instanceof Table table) {
            if (table.closed) {
                throw new IllegalStateException("the parameter table is closed");
            }
            return table.pointers;
        }
        throw new IllegalArgumentException("the parameter table is another driver's");
    }

    /** Frees the memory of all tables. */
    @Override
    public void close() {
        arena.close();
    }

    private final class Table implements ParameterTable {

        private final int slots;
        private final MemorySegment values;
        private final RawPointer pointers;
        private boolean closed;

        private Table(int slots, MemorySegment values) {
            this.slots = slots;
            this.values = values;
            this.pointers = new RawPointer(values.address() + 8L * slots);
        }

        @Override
        public int slots() {
            return slots;
        }

        @Override
        public void set(int slot, long value) {
            values.set(ValueLayout.JAVA_LONG, offset(slot), value);
        }

        @Override
        public void set(int slot, int value) {
            values.set(ValueLayout.JAVA_INT, offset(slot), value);
        }

        @Override
        public void set(int slot, float value) {
            values.set(ValueLayout.JAVA_FLOAT, offset(slot), value);
        }

        private long offset(int slot) {
            if (slot < 0 || slot >= slots || closed) {
                throw new IndexOutOfBoundsException(closed
                        ? "the parameter table is closed"
                        : "parameter " + slot + " of a table of " + slots);
            }
            return 8L * slot;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                free.computeIfAbsent(slots, key -> new ArrayDeque<>()).push(values);
            }
        }
    }
}
