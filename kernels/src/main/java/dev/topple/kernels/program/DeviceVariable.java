// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.Versioned;
import dev.topple.engine.tensor.Variable;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.Allocation;
import dev.topple.kernels.memory.DeviceMemory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A variable's value in device memory, shared by all programs, and the forms that kernels prepared of it. */
final class DeviceVariable implements AutoCloseable, Versioned {

    private final Variable variable;
    private final DeviceMemory memory;
    private final Allocation allocation;
    private final Region region;
    private final Map<Object, PreparedForm> forms = new HashMap<>();
    private long version;
    private int users;

    /** Takes memory for it, of undefined content. */
    DeviceVariable(Variable variable, DeviceMemory memory) {
        this.variable = variable;
        this.memory = memory;
        long elements = variable.type().shape().size();
        region = new Region(Places.stored(variable.type().dtype()), elements);
        allocation = memory.allocate(region.bytes(), "variables");
        region.place(allocation.address());
    }

    Variable variable() {
        return variable;
    }

    /** Where the value lies. */
    Region region() {
        return region;
    }

    /** How often the value has changed. */
    @Override
    public long version() {
        return version;
    }

    /** To be called after the value changed. */
    void changed() {
        version++;
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

    /**
     * The form of a kind, of undefined content if nobody has asked for it before; to be given back some day.
     *
     * @param variables what it is made of, this one first
     */
    PreparedForm retainForm(Object kind, long elements, List<DeviceVariable> variables) {
        PreparedForm form = forms.get(kind);
        if (form == null) {
            form = new PreparedForm(variables, kind, elements, memory);
            forms.put(kind, form);
        }
        form.retain();
        return form;
    }

    /** Nobody asks for a form any more. */
    void forget(Object kind) {
        forms.remove(kind);
    }

    @Override
    public void close() {
        allocation.close();
    }
}
