// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** Brings a weight into the form that a convolution's kernel wants; skipped while a variable's form is up to date. */
final class PackInstruction extends CpuInstruction {

    /** Writes the packed form of a weight. */
    @FunctionalInterface
    interface Packing {
        void pack(float[] weight, int weightOffset, float[] packed, int packedOffset);
    }

    private final String name;
    private final Slot weight;
    private final PackedWeight packed;
    private final Packing packing;

    PackInstruction(String name, Slot weight, PackedWeight packed, Packing packing) {
        super(List.of(weight), packed.slots());
        this.name = name;
        this.weight = weight;
        this.packed = packed;
        this.packing = packing;
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
        if (packed.renew()) {
            item(0, 0);
        }
    }

    @Override
    public void item(int item, int worker) {
        packing.pack(weight.floats(), weight.offset(), packed.floats(), packed.offset());
    }

    @Override
    String describe() {
        return "pack " + name + (packed.slots().isEmpty() ? ", kept until the variable changes" : "");
    }
}
