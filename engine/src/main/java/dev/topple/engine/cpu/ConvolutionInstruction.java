// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.JoinedPointwise;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A convolution, or the gradient of its image, with a prepared weight and what happens to each finished element. */
final class ConvolutionInstruction extends CpuInstruction {

    /** What the epilogue reads; a mask of integers consists of bits. */
    record Extras(Optional<Slot> scale, Optional<Slot> shift, Optional<Slot> residual, Optional<Slot> mask) {
        private List<Slot> slots() {
            return Stream.of(scale, shift, residual, mask).flatMap(Optional::stream).toList();
        }
    }

    private final String name;
    private final String reason;
    private final ConvolutionPlan plan;
    private final Epilogue epilogue;
    private final List<Slot> sources;
    private final Slot x;
    private final PackedWeight weight;
    private final Extras extras;
    private final Slot y;
    private final Optional<Slot> bits;
    private final Slot memory;

    /**
     * A convolution.
     *
     * @param name what is computed, for people
     * @param reason why by this plan, for people
     * @param epilogue the one that the plan was made with
     * @param sources one image, or the parts of a {@link JoinedPointwise}
     * @param bits where the ReLU at the end leaves them, if it does
     */
    ConvolutionInstruction(String name, String reason, ConvolutionPlan plan, Epilogue epilogue,
            List<Slot> sources, PackedWeight weight, Extras extras, Slot y, Optional<Slot> bits,
            Slot memory) {
        super(concat(sources, weight.slots(), extras.slots()),
                Stream.concat(Stream.of(y, memory), bits.stream()).toList());
        this.name = name;
        this.reason = reason;
        this.plan = plan;
        this.epilogue = epilogue;
        this.sources = List.copyOf(sources);
        this.x = sources.get(0);
        this.weight = weight;
        this.extras = extras;
        this.y = y;
        this.bits = bits;
        this.memory = memory;
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
        if (extras.mask().isPresent()) {
            ReluBits.set(extras.mask().get(), epilogue);
        }
        if (bits.isPresent()) {
            epilogue.bits(bits.get().ints(), bits.get().offset());
        }
        if (plan instanceof JoinedPointwise joined) {
            for (int part = 0; part < sources.size(); part++) {
                joined.source(part, sources.get(part).floats(), sources.get(part).offset());
            }
        }
        plan.run(workers, x.floats(), x.offset(), weight.floats(), weight.offset(), y.floats(), y.offset(),
                memory.floats(), memory.offset());
    }

    @Override
    public void item(int item, int worker) {
        throw new IllegalStateException("the plan shares the work out by itself");
    }

    /** An element of a residual or a mask is read before the result's takes its place; it may be read nowhere else. */
    @Override
    boolean mayOverwrite(Slot read, Slot written) {
        boolean finishing = extras.residual().filter(slot -> slot == read).isPresent()
                || extras.mask().filter(slot -> slot == read).isPresent();
        return written == y && finishing && readSlots().stream().filter(slot -> slot == read).count() == 1;
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
