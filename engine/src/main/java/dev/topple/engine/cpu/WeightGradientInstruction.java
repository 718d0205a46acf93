// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.WeightGradient;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** The gradient of a convolution's weight. */
final class WeightGradientInstruction extends CpuInstruction {

    private final String name;
    private final String reason;
    private final WeightGradient kernel;
    private final Slot image;
    private final Slot gradient;
    private final Slot result;
    private final Slot memory;

    WeightGradientInstruction(String name, String reason, WeightGradient kernel, Slot image, Slot gradient,
            Slot result, Slot memory) {
        super(List.of(image, gradient), List.of(result, memory));
        this.name = name;
        this.reason = reason;
        this.kernel = kernel;
        this.image = image;
        this.gradient = gradient;
        this.result = result;
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
        kernel.run(workers, image.floats(), image.offset(), gradient.floats(), gradient.offset(), result.floats(),
                result.offset(), memory.floats(), memory.offset());
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
        return reason;
    }
}
