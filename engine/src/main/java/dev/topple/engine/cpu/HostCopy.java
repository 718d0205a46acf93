// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;

/** Copies between tensors of host memory and the device's arrays, where truth is 0 and 1. */
final class HostCopy {

    private HostCopy() {}

    /** Copies integers or truth values to a device array. */
    static void store(Tensor from, int[] to, int at) {
        if (from.dtype() == DType.I32) {
            System.arraycopy(from.ints(), 0, to, at, from.shape().size());
        } else {
            boolean[] values = from.booleans();
            for (int i = 0; i < values.length; i++) {
                to[at + i] = values[i] ? 1 : 0;
            }
        }
    }

    /** A new array with the integers or truth values of a tensor. */
    static int[] ints(Tensor from) {
        int[] ints = new int[from.shape().size()];
        store(from, ints, 0);
        return ints;
    }

    /** Copies a tensor to a slot. */
    static void store(Tensor from, Slot to) {
        if (from.dtype() == DType.F32) {
            System.arraycopy(from.floats(), 0, to.floats(), to.offset(), to.size());
        } else {
            store(from, to.ints(), to.offset());
        }
    }

    /** Copies a slot to a tensor. */
    static void load(Slot from, Tensor to) {
        switch (to.dtype()) {
            case F32 -> System.arraycopy(from.floats(), from.offset(), to.floats(), 0, from.size());
            case I32 -> System.arraycopy(from.ints(), from.offset(), to.ints(), 0, from.size());
            case BOOL -> {
                boolean[] values = to.booleans();
                for (int i = 0; i < values.length; i++) {
                    values[i] = from.ints()[from.offset() + i] != 0;
                }
            }
        }
    }
}
