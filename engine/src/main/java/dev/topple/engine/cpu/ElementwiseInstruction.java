// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** A fused expression over the elements of one shape, block by block. */
final class ElementwiseInstruction extends CpuInstruction {

    /** Elements of one item of work. */
    private static final int CHUNK = 16 * Scratch.BLOCK;

    private final String name;
    private final Shape shape;
    private final BlockProgram program;
    private final LaneKernels lanes;
    private final Scratch scratch;

    ElementwiseInstruction(String name, Shape shape, BlockProgram program, List<Slot> reads, List<Slot> writes,
            LaneKernels lanes, Scratch scratch) {
        super(reads, writes);
        this.name = name;
        this.shape = shape;
        this.program = program;
        this.lanes = lanes;
        this.scratch = scratch;
        scratch.require(program.floatRegisters(), program.intRegisters(), 0);
    }

    @Override
    int items() {
        return (shape.size() + CHUNK - 1) / CHUNK;
    }

    @Override
    long steps() {
        return (long) shape.size() * program.each().length / 4;
    }

    @Override
    public void item(int item, int worker) {
        int from = item * CHUNK;
        int to = Math.min(from + CHUNK, shape.size());
        program.run(from, to, scratch.floatBlocks(worker), scratch.intBlocks(worker), lanes);
    }

    /** Only if the slot is read block by block, and never after it was written. */
    @Override
    boolean mayOverwrite(Slot read, Slot written) {
        boolean stored = false;
        for (BlockStep step : program.once()) {
            if (step.operand().slot() == read && shape.size() > 1) {
                return false;
            }
        }
        for (BlockStep step : program.each()) {
            Slot slot = step.operand().slot();
            if (step.code() == BlockCode.STORE) {
                stored |= slot == written;
            } else if (slot == read && (stored || step.code() != BlockCode.LOAD)) {
                return false;
            }
        }
        return true;
    }

    @Override
    String describe() {
        return name + " " + shape;
    }
}
