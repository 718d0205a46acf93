// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.Conv2dWeightGradientKernel;
import dev.topple.engine.cpu.kernel.MatMulKernel;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** A product of two values whose kernel shares the work out by itself: a matrix product or a weight's gradient. */
final class ProductInstruction extends CpuInstruction {

    /** What the kernels do. */
    @FunctionalInterface
    interface Kernel {
        void run(Workers workers, float[] a, int ao, float[] b, int bo, float[] c, int co, float[] scratch, int so);
    }

    private final String name;
    private final Kernel kernel;
    private final Slot a;
    private final Slot b;
    private final Slot c;
    private final Slot memory;

    private ProductInstruction(String name, Kernel kernel, Slot a, Slot b, Slot c, Slot memory) {
        super(List.of(a, b), List.of(c, memory));
        this.name = name;
        this.kernel = kernel;
        this.a = a;
        this.b = b;
        this.c = c;
        this.memory = memory;
    }

    static ProductInstruction matMul(String name, MatMulKernel kernel, Slot a, Slot b, Slot c, Slot memory) {
        return new ProductInstruction(name, kernel::run, a, b, c, memory);
    }

    static ProductInstruction weightGradient(String name, Conv2dWeightGradientKernel kernel, Slot x, Slot g, Slot dw,
            Slot memory) {
        return new ProductInstruction(name, kernel::run, x, g, dw, memory);
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
