// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.Versioned;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Variable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A variable's value on this device, shared by all programs, and the forms that kernels prepared of it, perhaps
 * together with other variables. Until somebody writes to it, the value lies in the array of the variable's initial
 * value, so that weights that nobody trains exist only once.
 */
final class VariableStorage implements Versioned {

    private static final class Shared {
        private final PreparedForm form;
        private int users;

        private Shared(PreparedForm form) {
            this.form = form;
        }
    }

    private final Variable variable;
    private final Memory memory = new Memory();
    private final Map<Object, Shared> prepared = new HashMap<>();
    private boolean owned;
    private long version;
    private int users;

    VariableStorage(Variable variable) {
        this.variable = variable;
        switch (dtype()) {
            case F32 -> memory.floats(variable.initial().floats());
            case I32 -> memory.ints(variable.initial().ints());
            case BOOL -> {
                memory.ints(HostCopy.ints(variable.initial()));
                owned = true;
            }
        }
    }

    /** To be called before the value may be written to: gives it an array of its own. */
    void own() {
        if (!owned) {
            owned = true;
            memory.floats(memory.floats().clone());
            memory.ints(memory.ints().clone());
        }
    }

    Variable variable() {
        return variable;
    }

    DType dtype() {
        return variable.type().dtype();
    }

    int size() {
        return variable.type().shape().size();
    }

    /** Where the value lies. */
    Memory memory() {
        return memory;
    }

    /** To be called after the value changed. */
    void changed() {
        version++;
    }

    /** How often the value has changed. */
    @Override
    public long version() {
        return version;
    }

    /**
     * The form of the given kind, made when it is first asked for; whoever asks gives it back some day.
     *
     * @param variables what it is made of, this one and perhaps others
     */
    PreparedForm retainPrepared(Object kind, int size, Collection<VariableStorage> variables) {
        Shared shared = prepared.computeIfAbsent(kind, k -> new Shared(new PreparedForm(size, variables)));
        shared.users++;
        return shared.form;
    }

    /** Gives a form back; it is dropped when nobody is left who asked for it. */
    void releasePrepared(Object kind) {
        Shared shared = prepared.get(kind);
        shared.users--;
        if (shared.users == 0) {
            prepared.remove(kind);
        }
    }

    /** How many forms are kept. */
    int preparedForms() {
        return prepared.size();
    }

    void retain() {
        users++;
    }

    void release() {
        users--;
    }

    /** Whether an open program uses the variable. */
    boolean used() {
        return users > 0;
    }
}
