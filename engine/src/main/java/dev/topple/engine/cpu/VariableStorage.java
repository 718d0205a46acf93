// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Variable;
import java.util.HashMap;
import java.util.Map;

/**
 * A variable's value on this device, shared by all programs, and the forms of it that kernels prepared. A prepared form
 * remembers the version of the value that it was made of.
 */
final class VariableStorage {

    /** A form of a variable's value that a kernel wants, packed weights say; it begins with a cache line. */
    static final class Prepared {

        private final float[] data;
        private long version = -1;
        private int users;

        private Prepared(int size) {
            data = new float[CacheLine.FIRST + size];
        }

        float[] data() {
            return data;
        }

        /** Whether the form must be made anew for the present value; says so once. */
        boolean renew(VariableStorage storage) {
            boolean stale = version != storage.version;
            version = storage.version;
            return stale;
        }
    }

    private final Variable variable;
    private final float[] floats;
    private final int[] ints;
    private final Map<Object, Prepared> prepared = new HashMap<>();
    private long version;
    private int users;

    VariableStorage(Variable variable) {
        this.variable = variable;
        boolean isFloat = variable.type().dtype() == DType.F32;
        int size = size();
        floats = isFloat ? new float[size] : new float[0];
        ints = isFloat ? new int[0] : new int[size];
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

    float[] floats() {
        return floats;
    }

    int[] ints() {
        return ints;
    }

    /** To be called after the value changed. */
    void changed() {
        version++;
    }

    /** The form of the given kind, made when it is first asked for; whoever asks gives it back some day. */
    Prepared retainPrepared(Object kind, int size) {
        Prepared form = prepared.computeIfAbsent(kind, k -> new Prepared(size));
        form.users++;
        return form;
    }

    /** Gives a form back; it is dropped when nobody is left who asked for it. */
    void releasePrepared(Object kind) {
        Prepared form = prepared.get(kind);
        form.users--;
        if (form.users == 0) {
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
