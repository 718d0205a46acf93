// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.Buffer;
import dev.topple.engine.compile.BufferPlanner;
import dev.topple.engine.compile.Instruction;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of one program: which regions it has and where they lie. Regions of variables and of prepared weights have
 * their places already and are not kept here. All elements have 4 bytes, so one arena serves all types.
 */
final class Places {

    private static final int WORD_BYTES = 4;

    /** How the planner counts elements, whatever they are. */
    private static final DType WORDS = DType.F32;

    private final Map<Region, Buffer> buffers = new LinkedHashMap<>();
    private final Map<Region, Region> moved = new LinkedHashMap<>();
    private final Map<Region, Tensor> constants = new LinkedHashMap<>();

    /** One work, as the planner sees it. */
    private record Step(Places places, Work work) implements Instruction {

        @Override
        public List<Buffer> reads() {
            return places.buffers(work.reads());
        }

        @Override
        public List<Buffer> writes() {
            return places.buffers(work.writes());
        }

        @Override
        public boolean mayOverwrite(Buffer read, Buffer written) {
            return work.overwritable().stream().anyMatch(region -> places.buffers.get(region) == read);
        }
    }

    /** A plan of the memory for some works. */
    record Layout(BufferPlanner.Plan plan, long workingBytes, long keptBytes) {}

    /** The type that elements have in memory: truth values are integers. */
    static DType stored(DType dtype) {
        return dtype == DType.BOOL ? DType.I32 : dtype;
    }

    private static int size(long elements) {
        if (elements > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("the device cuda cannot hold a piece of " + elements
                    + " elements; use a smaller batch or image");
        }
        return (int) elements;
    }

    /** Memory from its first use in a run to its last. */
    Region working(DType dtype, long elements) {
        Region region = new Region(stored(dtype), elements);
        buffers.put(region, Buffer.of(WORDS, size(elements)));
        return region;
    }

    /** Memory that keeps its content between runs. */
    Region persistent(DType dtype, long elements) {
        Region region = new Region(stored(dtype), elements);
        buffers.put(region, Buffer.persistent(WORDS, size(elements)));
        return region;
    }

    /** Memory that holds a tensor from the beginning. */
    Region constant(Tensor tensor) {
        Region region = persistent(tensor.dtype(), tensor.shape().size());
        constants.put(region, tensor);
        return region;
    }

    /** What is to be uploaded once. */
    Map<Region, Tensor> constants() {
        return constants;
    }

    /** Whether a region keeps its content between runs. */
    boolean isPersistent(Region region) {
        return buffers.containsKey(region) && buffers.get(region).persistent();
    }

    /** Whether a region's content need not outlast a run, so that it may lie elsewhere. */
    boolean isMovable(Region region) {
        return buffers.containsKey(region) && !buffers.get(region).persistent();
    }

    /** Lets a region lie where another does that has its place already. */
    void move(Region region, Region target) {
        buffers.remove(region);
        moved.put(region, target);
    }

    private List<Buffer> buffers(List<Region> regions) {
        return regions.stream().filter(buffers::containsKey).map(buffers::get).toList();
    }

    /** Lays out what these works touch, run in this order. */
    Layout plan(List<Work> works) {
        // Whatever no work touches is constant or an output that is an input: it has a place all the same.
        List<Instruction> steps = new ArrayList<>(List.of(kept()));
        works.forEach(work -> steps.add(new Step(this, work)));
        BufferPlanner.Plan plan = BufferPlanner.plan(steps);
        return new Layout(plan, (long) WORD_BYTES * plan.sizes().get(WORDS),
                (long) WORD_BYTES * plan.persistentSizes().get(WORDS));
    }

    private Instruction kept() {
        List<Buffer> all = buffers.values().stream().filter(Buffer::persistent).toList();
        return new Instruction() {
            @Override
            public List<Buffer> reads() {
                return all;
            }

            @Override
            public List<Buffer> writes() {
                return List.of();
            }
        };
    }

    /** Gives every region of a plan its place. */
    void place(Layout layout, long working, long kept) {
        buffers.forEach((region, buffer) -> {
            Integer offset = layout.plan().offsets().get(buffer);
            if (offset != null) {
                region.place((buffer.persistent() ? kept : working) + (long) WORD_BYTES * offset);
            }
        });
        moved.forEach((region, target) -> region.place(target.address()));
    }
}
