// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.BlockedResize;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.DType;
import java.util.List;

/** Interpolation of blocked images and its adjoint. */
final class BlockedResizeInstruction extends CpuInstruction {

    private final String name;
    private final BlockedResize kernel;
    private final Slot from;
    private final Slot to;
    private final Slot memory;

    /**
     * One op of the family.
     *
     * @param name what is computed, for people
     */
    BlockedResizeInstruction(String name, BlockedResize kernel, Slot from, Slot to, Slot memory) {
        super(List.of(from), List.of(to, memory));
        this.name = name;
        this.kernel = kernel;
        this.from = from;
        this.to = to;
        this.memory = memory;
    }

    @Override
    int items() {
        return kernel.items();
    }

    @Override
    long steps() {
        return 0;
    }

    @Override
    void run(Workers workers) {
        if (from.dtype() == DType.I32) {
            kernel.run(workers, from.ints(), from.offset(), to.ints(), to.offset());
        } else {
            kernel.run(workers, from.floats(), from.offset(), to.floats(), to.offset(), memory.floats(),
                    memory.offset());
        }
    }

    @Override
    public void item(int item, int worker) {
        throw new IllegalStateException("the kernel shares the work out by itself");
    }

    @Override
    String describe() {
        return name;
    }

    @Override
    String reason() {
        return "blocked";
    }
}
