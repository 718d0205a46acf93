// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.tensor.DType;
import java.util.List;
import java.util.Optional;

/** A packed weight: kept beside its variable and shared by all programs, or made anew in each run. */
final class PackedWeight {

    private final Optional<VariableStorage> variable;
    private final Optional<VariableStorage.Prepared> kept;
    private final List<Slot> slots;

    private PackedWeight(Optional<VariableStorage> variable, Optional<VariableStorage.Prepared> kept,
            List<Slot> slots) {
        this.variable = variable;
        this.kept = kept;
        this.slots = slots;
    }

    /**
     * A place for the packed form of a weight.
     *
     * @param kind what tells packed forms of one weight apart, with value equality
     */
    static PackedWeight of(Slot weight, Object kind, int size) {
        Optional<VariableStorage.Prepared> kept = weight.variable().map(storage -> storage.prepared(kind, size));
        return new PackedWeight(weight.variable(), kept,
                kept.isPresent() ? List.of() : List.of(Slot.working(DType.F32, size)));
    }

    /** Its place in the arena, if it is made anew in each run. */
    List<Slot> slots() {
        return slots;
    }

    /** Whether it must be made now. */
    boolean renew() {
        return kept.isEmpty() || kept.get().renew(variable.get());
    }

    float[] floats() {
        return kept.isPresent() ? kept.get().data() : slots.get(0).floats();
    }

    int offset() {
        return kept.isPresent() ? 0 : slots.get(0).offset();
    }
}
