// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.Buffer;
import dev.topple.engine.compile.BufferPlanner;
import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Where a value lives: in a program's arena, in a variable or in a constant. Truth values are stored as the integers 0
 * and 1. A slot has no shape: a value and its reshaped forms share one. Array and offset are known once the program is
 * planned.
 */
final class Slot {

    private final DType dtype;
    private final int size;
    private Optional<Buffer> buffer;
    private Optional<VariableStorage> variable;
    private Memory memory = new Memory();
    private int offset;

    private Slot(DType dtype, int size, Optional<Buffer> buffer, Optional<VariableStorage> variable) {
        this.dtype = storage(dtype);
        this.size = size;
        this.buffer = buffer;
        this.variable = variable;
        variable.ifPresent(this::attach);
    }

    /** The type that holds elements of a type. */
    static DType storage(DType dtype) {
        return dtype == DType.F32 ? DType.F32 : DType.I32;
    }

    /** A place in the arena, from its first use in a run to its last. */
    static Slot working(DType dtype, int size) {
        return new Slot(dtype, size, Optional.of(Buffer.of(storage(dtype), size)), Optional.empty());
    }

    /** A place in the arena that keeps its contents between runs. */
    static Slot persistent(DType dtype, int size) {
        return new Slot(dtype, size, Optional.of(Buffer.persistent(storage(dtype), size)), Optional.empty());
    }

    /** The value of a variable. */
    static Slot variable(VariableStorage variable) {
        return new Slot(variable.dtype(), variable.size(), Optional.empty(), Optional.of(variable));
    }

    /** A copy of a tensor, with an array of its own. */
    static Slot constant(Tensor tensor) {
        Slot slot = new Slot(tensor.dtype(), tensor.shape().size(), Optional.empty(), Optional.empty());
        if (slot.dtype == DType.F32) {
            slot.memory.floats(tensor.floats().clone());
        } else {
            slot.memory.ints(HostCopy.ints(tensor));
        }
        return slot;
    }

    /** Lets the value live in a variable instead of the arena; before the program is planned. */
    void moveTo(VariableStorage storage) {
        buffer = Optional.empty();
        variable = Optional.of(storage);
        attach(storage);
    }

    private void attach(VariableStorage storage) {
        memory = storage.memory();
        offset = 0;
    }

    /**
     * Takes its place in a planned program.
     *
     * @param working for what lives within a run
     * @param kept for what keeps its contents between runs
     */
    void place(BufferPlanner.Plan plan, Memory working, Memory kept) {
        buffer.ifPresent(b -> {
            offset = CacheLine.FIRST + plan.offset(b);
            memory = b.persistent() ? kept : working;
        });
    }

    /** F32, or I32 for integers and truth values. */
    DType dtype() {
        return dtype;
    }

    int size() {
        return size;
    }

    Optional<Buffer> buffer() {
        return buffer;
    }

    boolean isIn(Buffer other) {
        return buffer.isPresent() && buffer.get() == other;
    }

    Optional<VariableStorage> variable() {
        return variable;
    }

    /** The array that holds it now; another one may in the next run. */
    float[] floats() {
        return memory.floats();
    }

    /** The array that holds it now; another one may in the next run. */
    int[] ints() {
        return memory.ints();
    }

    /** The array, whatever its type. */
    Object array() {
        return dtype == DType.F32 ? memory.floats() : memory.ints();
    }

    /** The first element's place in the array. */
    int offset() {
        return offset;
    }
}
