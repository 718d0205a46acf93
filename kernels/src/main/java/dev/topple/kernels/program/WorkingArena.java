// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.kernels.memory.Allocation;
import dev.topple.kernels.memory.DeviceMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory for what lives within a run. The programs of a device run one at a time, so one arena, as large as the
 * largest of them needs, serves all. A larger one takes its place when a program needs it, a smaller one when the
 * program that needed the most is closed; programs find out by its address.
 */
final class WorkingArena {

    private static final String OWNER = "the working memory of programs";

    private final DeviceMemory memory;
    private final List<Long> needs = new ArrayList<>();
    private Optional<Allocation> allocation = Optional.empty();

    WorkingArena(DeviceMemory memory) {
        this.memory = memory;
    }

    private long most() {
        return needs.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /**
     * A program was made.
     *
     * @throws dev.topple.engine.OutOfDeviceMemoryException if there is not that much; then nothing has changed
     *         for the other programs
     */
    void retain(long bytes) {
        needs.add(bytes);
        try {
            ensure();
        } catch (RuntimeException e) {
            needs.remove(bytes);
            throw e;
        }
    }

    /** A program was closed. */
    void release(long bytes) {
        needs.remove(bytes);
        if (allocation.isPresent() && (needs.isEmpty() || allocation.get().bytes() > most())) {
            drop();
        }
    }

    private void drop() {
        allocation.ifPresent(Allocation::close);
        allocation = Optional.empty();
    }

    /** Where it begins; made anew if it is not there or too small. */
    long ensure() {
        long most = most();
        if (allocation.isEmpty() || allocation.get().bytes() < most) {
            // The old one must not live beside the new one. Nothing of it is needed between runs.
            drop();
            allocation = Optional.of(memory.allocate(most, OWNER));
        }
        return allocation.get().address();
    }
}
