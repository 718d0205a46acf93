// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.ParameterTable;

/** Values for a launch, with the width that each was set with. */
final class EmulatedParameters implements ParameterTable {

    private final long[] values;
    private final int[] widths;
    private boolean closed;

    EmulatedParameters(int slots) {
        values = new long[slots];
        widths = new int[slots];
    }

    @Override
    public int slots() {
        return values.length;
    }

    @Override
    public void set(int slot, long value) {
        values[slot] = value;
        widths[slot] = 8;
    }

    @Override
    public void set(int slot, int value) {
        values[slot] = value & 0xffffffffL;
        widths[slot] = 4;
    }

    @Override
    public void set(int slot, float value) {
        set(slot, Float.floatToRawIntBits(value));
    }

    @Override
    public void close() {
        closed = true;
    }

    /** The values as a kernel finds them. */
    Bytes pack(Program p) {
        String kernel = "kernel " + p.name() + ": ";
        if (closed) {
            throw new KernelFault(KernelFault.Kind.PARAMETERS, kernel + "its parameters are closed");
        }
        if (p.parameters().size() > values.length) {
            throw new KernelFault(KernelFault.Kind.PARAMETERS, kernel + "takes " + p.parameters().size()
                    + " parameters, and there is room for " + values.length);
        }
        Bytes out = new Bytes(p.parameterBytes() + 16);
        for (int k = 0; k < p.parameters().size(); k++) {
            Program.Parameter q = p.parameters().get(k);
            if (q.bytes() > 8) {
                throw new KernelFault(KernelFault.Kind.PARAMETERS, kernel + "parameter " + k + " has " + q.bytes()
                        + " bytes, more than a slot");
            }
            if (widths[k] == 0) {
                throw new KernelFault(KernelFault.Kind.PARAMETERS, kernel + "parameter " + k + " was not set");
            }
            if (widths[k] < q.bytes()) {
                throw new KernelFault(KernelFault.Kind.PARAMETERS, kernel + "parameter " + k + " has " + q.bytes()
                        + " bytes and was set as " + widths[k]);
            }
            out.set(q.offset(), q.bytes(), values[k]);
        }
        return out;
    }
}
