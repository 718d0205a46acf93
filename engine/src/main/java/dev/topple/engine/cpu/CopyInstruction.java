// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import java.util.List;

/** Copies a value to another place. */
final class CopyInstruction extends CpuInstruction {

    private static final int CHUNK = 1 << 15;

    private final Slot from;
    private final Slot to;
    private final String purpose;

    CopyInstruction(Slot from, Slot to, String purpose) {
        super(List.of(from), List.of(to));
        this.from = from;
        this.to = to;
        this.purpose = purpose;
    }

    @Override
    int items() {
        return (to.size() + CHUNK - 1) / CHUNK;
    }

    @Override
    long steps() {
        return to.size() / 8;
    }

    @Override
    public void item(int item, int worker) {
        int start = item * CHUNK;
        System.arraycopy(from.array(), from.offset() + start, to.array(), to.offset() + start,
                Math.min(CHUNK, to.size() - start));
    }

    @Override
    String describe() {
        return "copy " + purpose + " [" + to.size() + "]";
    }
}
