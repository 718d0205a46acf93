// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.BlockedResize;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Interpolation of blocked images and its adjoint. */
final class BlockedResizeInstruction extends CpuInstruction {

    private final String name;
    private final BlockedResize kernel;
    private final Optional<Epilogue> epilogue;
    private final Optional<Slot> mask;
    private final Slot from;
    private final Slot to;
    private final Slot memory;

    /**
     * One op of the family.
     *
     * @param name what is computed, for people
     * @param epilogue the one that the kernel was made with
     * @param mask of the result's shape: only where it is positive the result is let through; or its bits
     */
    BlockedResizeInstruction(String name, BlockedResize kernel, Optional<Epilogue> epilogue, Slot from,
            Optional<Slot> mask, Slot to, Slot memory) {
        super(Stream.concat(Stream.of(from), mask.stream()).toList(), List.of(to, memory));
        this.epilogue = epilogue;
        this.mask = mask;
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
        if (mask.isPresent()) {
            ReluBits.set(mask.get(), epilogue.orElseThrow());
        }
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
