// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.BlockedPooling;
import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Pooling;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pooling of blocked images and its adjoints, with the mask of a ReLU before the pooling. */
final class BlockedPoolingInstruction extends CpuInstruction {

    private final String name;
    private final Pooling op;
    private final BlockedPooling kernel;
    private final List<Slot> in;
    private final Optional<Slot> mask;
    private final List<Slot> out;

    /**
     * One op of the family.
     *
     * @param name what is computed, for people
     * @param mask of the result's shape: only where it is positive the result is let through; or its bits
     */
    BlockedPoolingInstruction(String name, Pooling op, BlockedPooling kernel, List<Slot> in, Optional<Slot> mask,
            List<Slot> out) {
        super(Stream.concat(in.stream(), mask.stream()).toList(), out);
        this.name = name;
        this.op = op;
        this.kernel = kernel;
        this.in = in;
        this.mask = mask;
        this.out = out;
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
        if (ReluBits.kind(mask) == Bits.READ) {
            kernel.bits(mask.get().ints(), mask.get().offset());
        } else if (mask.isPresent()) {
            kernel.mask(mask.get().floats(), mask.get().offset());
        }
        Slot x = in.get(0);
        Slot y = out.get(0);
        switch (op) {
            case Pooling.MaxPool2d pool -> kernel.run(workers, x.floats(), x.offset(), out.get(1).ints(),
                    out.get(1).offset(), y.floats(), y.offset());
            case Pooling.Scatter scatter -> indexed(workers, x, y);
            case Pooling.Gather gather -> indexed(workers, x, y);
            case Pooling.AvgPool2d pool -> kernel.run(workers, x.floats(), x.offset(), y.floats(), y.offset());
            case Pooling.AvgPool2dGradient pool -> kernel.run(workers, x.floats(), x.offset(), y.floats(), y.offset());
        }
    }

    private void indexed(Workers workers, Slot x, Slot y) {
        kernel.run(workers, x.floats(), x.offset(), in.get(1).ints(), in.get(1).offset(), y.floats(), y.offset());
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
