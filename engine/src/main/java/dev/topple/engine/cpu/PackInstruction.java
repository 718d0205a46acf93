// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** Brings a weight into the form that a convolution's plan wants; skipped while the form that is kept is up to date. */
final class PackInstruction extends CpuInstruction {

    private final String name;
    private final Slot weight;
    private final PackedWeight packed;
    private final ConvolutionPlan plan;

    PackInstruction(String name, Slot weight, PackedWeight packed, ConvolutionPlan plan) {
        super(List.of(weight), packed.slots());
        this.name = name;
        this.weight = weight;
        this.packed = packed;
        this.plan = plan;
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
        if (!packed.current()) {
            plan.pack(workers, weight.floats(), weight.offset(), packed.floats(), packed.offset());
            packed.note();
        }
    }

    @Override
    public void item(int item, int worker) {
        throw new IllegalStateException("the plan shares the work out by itself");
    }

    PackedWeight packed() {
        return packed;
    }

    @Override
    String describe() {
        return "pack " + name + " [" + packed.size() + "]"
                + (packed.slots().isEmpty() ? ", kept until a variable changes" : "");
    }
}
