// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.MatMulKernel;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** A matrix product; its kernel shares the work out by itself. */
final class ProductInstruction extends CpuInstruction {

    private final String name;
    private final MatMulKernel kernel;
    private final Slot a;
    private final Slot b;
    private final Slot c;
    private final Slot memory;

    ProductInstruction(String name, MatMulKernel kernel, Slot a, Slot b, Slot c, Slot memory) {
        super(List.of(a, b), List.of(c, memory));
        this.name = name;
        this.kernel = kernel;
        this.a = a;
        this.b = b;
        this.c = c;
        this.memory = memory;
    }

    @Override
    int items() {
        return 1;
    }

    @Override
    long steps() {
        return 0;
    }

    @Override
    void run(Workers workers) {
        kernel.run(workers, a.floats(), a.offset(), b.floats(), b.offset(), c.floats(), c.offset(), memory.floats(),
                memory.offset());
    }

    @Override
    public void item(int item, int worker) {
        throw new IllegalStateException("the kernel shares the work out by itself");
    }

    @Override
    String describe() {
        return name;
    }
}
