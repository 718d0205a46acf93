// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.tensor.DType;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.Allocation;
import dev.topple.kernels.memory.DeviceMemory;
import java.util.Arrays;
import java.util.List;

/** A form of a value that a kernel wants and that is kept between runs: packed weights. Programs share it. */
final class PreparedForm {

    private static final long NEVER = -1;

    private final List<DeviceVariable> variables;
    private final Object kind;
    private final Region region;
    private final Allocation allocation;
    private final long[] madeOf;
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
        this.madeOf = new long[variables.size()];
        Arrays.fill(madeOf, NEVER);
        region.place(allocation.address());
    }

    /** Where it lies. */
    Region region() {
        return region;
    }

    /** Whether it was made of the variables' present values. */
    boolean current() {
        boolean current = true;
        for (int i = 0; i < madeOf.length; i++) {
            current &= madeOf[i] == variables.get(i).version();
        }
        return current;
    }

    /** To be called when it has been made. */
    void made() {
        for (int i = 0; i < madeOf.length; i++) {
            madeOf[i] = variables.get(i).version();
        }
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
