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
    private float[] floats = {};
    private int[] ints = {};
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
        slot.floats = slot.dtype == DType.F32 ? tensor.floats().clone() : slot.floats;
        slot.ints = slot.dtype == DType.F32 ? slot.ints : new int[slot.size];
        if (slot.dtype == DType.I32) {
            HostCopy.store(tensor, slot.ints, 0);
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
        floats = storage.floats();
        ints = storage.ints();
        offset = 0;
    }

    /** Takes its place in the arenas of a planned program. */
    void place(BufferPlanner.Plan plan, float[] floatArena, int[] intArena) {
        buffer.ifPresent(b -> {
            offset = CacheLine.FIRST + plan.offset(b);
            floats = dtype == DType.F32 ? floatArena : floats;
            ints = dtype == DType.I32 ? intArena : ints;
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

    float[] floats() {
        return floats;
    }

    int[] ints() {
        return ints;
    }

    /** The array, whatever its type. */
    Object array() {
        return dtype == DType.F32 ? floats : ints;
    }

    /** The first element's place in the array. */
    int offset() {
        return offset;
    }
}
