// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.CacheLine;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory for what lives within a run. The programs of a device run one at a time, so one arena, as large as the
 * largest of them needs, serves all. It comes to exist with the first run, and a smaller one takes its place when the
 * program that needed the most is closed.
 */
final class Arena {

    /**
     * What a program needs.
     *
     * @param floats elements from the first that begins a cache line
     * @param ints the same for integers and truth values
     */
    record Need(int floats, int ints) {

        private static int length(int size) {
            return Math.addExact(CacheLine.FIRST, size);
        }

        /** New arrays that are as large. */
        Memory memory() {
            Memory memory = new Memory();
            memory.floats(new float[length(floats)]);
            memory.ints(new int[length(ints)]);
            return memory;
        }

        long bytes() {
            return 4L * length(floats) + 4L * length(ints);
        }
    }

    private final Memory memory = new Memory();
    private final List<Need> needs = new ArrayList<>();
    private Need most = new Need(0, 0);

    /** Where slots of programs lie; its arrays are there from {@link #prepare} to the next change of needs. */
    Memory memory() {
        return memory;
    }

    /** A program was made. */
    void retain(Need need) {
        needs.add(need);
        most = new Need(Math.max(most.floats(), need.floats()), Math.max(most.ints(), need.ints()));
    }

    /** A program was closed. */
    void release(Need need) {
        needs.remove(need);
        most = new Need(needs.stream().mapToInt(Need::floats).max().orElse(0),
                needs.stream().mapToInt(Need::ints).max().orElse(0));
        if (memory.floats().length > Need.length(most.floats())) {
            memory.floats(new float[0]);
        }
        if (memory.ints().length > Need.length(most.ints())) {
            memory.ints(new int[0]);
        }
    }

    /** Before a run: makes the arrays if they are not there or too small. Allocates nothing if they are there. */
    void prepare() {
        if (memory.floats().length < Need.length(most.floats())) {
            // The old array must not live beside the new one.
            memory.floats(new float[0]);
            memory.floats(new float[Need.length(most.floats())]);
        }
        if (memory.ints().length < Need.length(most.ints())) {
            memory.ints(new int[0]);
            memory.ints(new int[Need.length(most.ints())]);
        }
    }
}
