// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.Conv2dInputGradientKernel;
import dev.topple.engine.cpu.kernel.Conv2dKernel;
import dev.topple.engine.cpu.kernel.GemmEpilogue;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A convolution, or the gradient of its image, with packed weights and a fused epilogue. */
final class ConvolutionInstruction extends CpuInstruction {

    /** What both kernels do. */
    @FunctionalInterface
    interface Kernel {
        void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
                int so);
    }

    /** What the epilogue reads. */
    record Extras(Optional<Slot> scale, Optional<Slot> shift, Optional<Slot> residual) {
        private List<Slot> slots() {
            List<Slot> slots = new ArrayList<>();
            scale.ifPresent(slots::add);
            shift.ifPresent(slots::add);
            residual.ifPresent(slots::add);
            return slots;
        }
    }

    private final String name;
    private final Kernel kernel;
    private final GemmEpilogue epilogue;
    private final Slot x;
    private final PackedWeight weight;
    private final Extras extras;
    private final Slot y;
    private final Slot memory;

    private ConvolutionInstruction(String name, Kernel kernel, GemmEpilogue epilogue, Slot x, PackedWeight weight,
            Extras extras, Slot y, Slot memory) {
        super(concat(List.of(x), weight.slots(), extras.slots()), List.of(y, memory));
        this.name = name;
        this.kernel = kernel;
        this.epilogue = epilogue;
        this.x = x;
        this.weight = weight;
        this.extras = extras;
        this.y = y;
        this.memory = memory;
    }

    static ConvolutionInstruction forward(String name, Conv2dKernel kernel, GemmEpilogue epilogue, Slot x,
            PackedWeight weight, Extras extras, Slot y, Slot memory) {
        return new ConvolutionInstruction(name, kernel::run, epilogue, x, weight, extras, y, memory);
    }

    static ConvolutionInstruction backward(String name, Conv2dInputGradientKernel kernel, GemmEpilogue epilogue,
            Slot x, PackedWeight weight, Extras extras, Slot y, Slot memory) {
        return new ConvolutionInstruction(name, kernel::run, epilogue, x, weight, extras, y, memory);
    }

    private static List<Slot> concat(List<Slot> a, List<Slot> b, List<Slot> c) {
        List<Slot> all = new ArrayList<>(a);
        all.addAll(b);
        all.addAll(c);
        return all;
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
        if (extras.scale().isPresent()) {
            epilogue.scale(extras.scale().get().floats(), extras.scale().get().offset());
        }
        if (extras.shift().isPresent()) {
            epilogue.shift(extras.shift().get().floats(), extras.shift().get().offset());
        }
        if (extras.residual().isPresent()) {
            epilogue.residual(extras.residual().get().floats(), extras.residual().get().offset());
        }
        kernel.run(workers, x.floats(), x.offset(), weight.floats(), weight.offset(), y.floats(), y.offset(),
                memory.floats(), memory.offset());
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
