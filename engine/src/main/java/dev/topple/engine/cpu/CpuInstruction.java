// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.Buffer;
import dev.topple.engine.compile.Instruction;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;
import java.util.Optional;

/**
 * One step of a program. Its work is cut into items by the shape alone, never by the number of threads, and an item's
 * result does not depend on who computes it. Running allocates nothing.
 */
abstract class CpuInstruction implements Instruction, Work {

    /** Below this many elementary steps, waking other threads costs more than it saves. */
    private static final long WORTH_SHARING = 1 << 15;

    private final List<Slot> reads;
    private final List<Slot> writes;

    CpuInstruction(List<Slot> reads, List<Slot> writes) {
        this.reads = List.copyOf(reads);
        this.writes = List.copyOf(writes);
    }

    final List<Slot> readSlots() {
        return reads;
    }

    final List<Slot> writtenSlots() {
        return writes;
    }

    @Override
    public final List<Buffer> reads() {
        return reads.stream().map(Slot::buffer).flatMap(Optional::stream).toList();
    }

    @Override
    public final List<Buffer> writes() {
        return writes.stream().map(Slot::buffer).flatMap(Optional::stream).toList();
    }

    @Override
    public final boolean mayOverwrite(Buffer read, Buffer written) {
        boolean may = false;
        for (Slot from : reads) {
            for (Slot to : writes) {
                if (from.isIn(read) && to.isIn(written)) {
                    if (!mayOverwrite(from, to)) {
                        return false;
                    }
                    may = true;
                }
            }
        }
        return may;
    }

    /** How many independent items the work has. */
    abstract int items();

    /** About how many elementary steps the work takes. */
    abstract long steps();

    /** Ops, shapes and algorithm, for people. */
    abstract String describe();

    /** Whether a slot may be written over another that is read: each element is read before it is written. */
    boolean mayOverwrite(Slot read, Slot written) {
        return false;
    }

    /** Does the work. */
    void run(Workers workers) {
        int items = items();
        if (items > 1 && steps() >= WORTH_SHARING) {
            workers.run(items, this);
        } else {
            for (int item = 0; item < items; item++) {
                item(item, 0);
            }
        }
    }

    /** Form, algorithm and the reason for them, for people; empty where there was nothing to choose. */
    String reason() {
        return "";
    }

    /** Bytes of what is read. */
    final long bytesRead() {
        return bytes(reads);
    }

    /** Bytes of what is written, working memory included. */
    final long bytesWritten() {
        return bytes(writes);
    }

    private static long bytes(List<Slot> slots) {
        return 4 * slots.stream().distinct().mapToLong(Slot::size).sum();
    }
}
