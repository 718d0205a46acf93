// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * A packed weight. One that is made of variables is kept beside the first of them and shared by all programs, one of
 * constants alone is kept by its program, one that is computed in each run is made anew each time.
 */
final class PackedWeight {

    /**
     * What a weight is made of.
     *
     * @param key tells weights apart, with value equality
     * @param variables those that it depends on; the first keeps its packed forms
     */
    record Origin(Object key, List<VariableStorage> variables) {}

    private record Kind(Object weight, Object packing) {}

    private final Optional<Origin> weight;
    private final Kind kind;
    private final int size;
    private final List<Slot> slots;
    private Optional<PreparedForm> kept = Optional.empty();

    /**
     * A place for the packed form of a weight.
     *
     * @param weight what it is made of; empty if it is computed in each run
     * @param packing what tells packed forms of one weight apart, with value equality
     */
    PackedWeight(Optional<Origin> weight, Object packing, int size) {
        this.weight = weight;
        this.kind = new Kind(weight.map(Origin::key), packing);
        this.size = size;
        this.slots = weight.isPresent() ? List.of() : List.of(Slot.working(DType.F32, size));
    }

    private Optional<VariableStorage> home() {
        return weight.flatMap(origin -> origin.variables().stream().findFirst());
    }

    /** Takes its share in the form that is kept, before the first run. */
    void retain() {
        kept = weight.map(origin -> home()
                .map(storage -> storage.retainPrepared(kind, size, origin.variables()))
                .orElseGet(() -> new PreparedForm(size, origin.variables())));
    }

    /** Gives its share back; the form goes with the last that shares it. */
    void release() {
        if (kept.isPresent()) {
            home().ifPresent(storage -> storage.releasePrepared(kind));
        }
        kept = Optional.empty();
    }

    /** Its place in the arena, if it is made anew in each run. */
    List<Slot> slots() {
        return slots;
    }

    int size() {
        return size;
    }

    /** Whether it is kept and was made of what the variables now hold. */
    boolean current() {
        return kept.isPresent() && kept.get().versions().current();
    }

    /** To be called when it has been made. */
    void note() {
        if (kept.isPresent()) {
            kept.get().versions().note();
        }
    }

    float[] floats() {
        return kept.isPresent() ? kept.get().data() : slots.get(0).floats();
    }

    int offset() {
        return kept.isPresent() ? CacheLine.FIRST : slots.get(0).offset();
    }
}
