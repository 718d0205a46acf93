// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.Versions;
import dev.topple.engine.tensor.DType;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.Allocation;
import dev.topple.kernels.memory.DeviceMemory;
import java.util.List;

/** A form of a value that a kernel wants and that is kept between runs: packed weights. Programs share it. */
final class PreparedForm {

    private final List<DeviceVariable> variables;
    private final Object kind;
    private final Region region;
    private final Allocation allocation;
    private final Versions versions;
    private int users;

    /**
     * Memory for a form that is still to be made.
     *
     * @param variables what it will be made of; the first keeps it
     */
    PreparedForm(List<DeviceVariable> variables, Object kind, long elements, DeviceMemory memory) {
        this.variables = variables;
        this.kind = kind;
        this.region = new Region(DType.F32, elements);
        this.allocation = memory.allocate(region.bytes(), "prepared weights");
        this.versions = new Versions(variables);
        region.place(allocation.address());
    }

    /** Where it lies. */
    Region region() {
        return region;
    }

    /** Of which values it was made. */
    Versions versions() {
        return versions;
    }

    void retain() {
        users++;
    }

    /** Gives it back; it is freed when nobody is left who asked for it. */
    void release() {
        users--;
        if (users == 0) {
            variables.get(0).forget(kind);
            allocation.close();
        }
    }
}
