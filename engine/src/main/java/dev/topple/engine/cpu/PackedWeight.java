// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.tensor.DType;
import java.util.List;
import java.util.Optional;

/** A packed weight: kept beside its variable and shared by all programs, or made anew in each run. */
final class PackedWeight {

    private final Optional<VariableStorage> variable;
    private final Object kind;
    private final int size;
    private final List<Slot> slots;
    private Optional<VariableStorage.Prepared> kept = Optional.empty();

    private PackedWeight(Optional<VariableStorage> variable, Object kind, int size, List<Slot> slots) {
        this.variable = variable;
        this.kind = kind;
        this.size = size;
        this.slots = slots;
    }

    /**
     * A place for the packed form of a weight.
     *
     * @param kind what tells packed forms of one weight apart, with value equality
     */
    static PackedWeight of(Slot weight, Object kind, int size) {
        return new PackedWeight(weight.variable(), kind, size,
                weight.variable().isPresent() ? List.of() : List.of(Slot.working(DType.F32, size)));
    }

    /** Takes its share in the form that is kept beside the variable, before the first run. */
    void retain() {
        kept = variable.map(storage -> storage.retainPrepared(kind, size));
    }

    /** Gives its share back; the form goes with the last that shares it. */
    void release() {
        kept.ifPresent(form -> variable.get().releasePrepared(kind));
        kept = Optional.empty();
    }

    /** Its place in the arena, if it is made anew in each run. */
    List<Slot> slots() {
        return slots;
    }

    int size() {
        return size;
    }

    /** Whether it must be made now. */
    boolean renew() {
        return kept.isEmpty() || kept.get().renew(variable.get());
    }

    float[] floats() {
        return kept.isPresent() ? kept.get().data() : slots.get(0).floats();
    }

    int offset() {
        return kept.isPresent() ? CacheLine.FIRST : slots.get(0).offset();
    }
}
