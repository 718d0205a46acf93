// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/** Accesses of memory: where an address leads, and whether it may be read or written. */
final class Memory {

    private Memory() {}

    /** The addresses of the lanes, in {@link Warp#addresses}. */
    static long[] addresses(Warp w, int mask, Operands.Address address) {
        long[] out = w.addresses;
        Register base = address.base();
        long offset = address.offset();
        if (base == null) {
            Arrays.fill(out, offset);
            return out;
        }
        w.require(mask, base.defined(w), "uses an address that nobody set");
        if (base.wide()) {
            long[] x = w.wide[base.index()];
            for (int l = 0; l < Warp.LANES; l++) {
                out[l] = x[l] + offset;
            }
        } else {
            int[] x = w.word[base.index()];
            for (int l = 0; l < Warp.LANES; l++) {
                out[l] = (x[l] & 0xffffffffL) + offset;
            }
        }
        return out;
    }

    /** The space that an address is in, told apart if it is generic. */
    static Space actual(Space space, long address) {
        return space == Space.GENERIC ? MoveOps.spaceOf(address) : space;
    }

    private static long windowless(Space actual, long address) {
        return switch (actual) {
            case SHARED -> address - Operands.SHARED_WINDOW;
            case LOCAL -> address - Operands.LOCAL_WINDOW;
            case PARAMETER -> address - Operands.PARAMETER_WINDOW;
            default -> address;
        };
    }

    /**
     * Finds the memory of an access and checks that all of it is there. Puts it into {@link Warp#found}.
     *
     * @param bytes that are accessed at once, which the address must be a multiple of
     * @return the place in it
     */
    static int locate(Warp w, int lane, Space space, long address, int bytes, boolean write) {
        Space actual = actual(space, address);
        long a = space == Space.GENERIC ? windowless(actual, address) : address;
        if ((a & bytes - 1) != 0) {
            throw w.fault(KernelFault.Kind.MISALIGNED, lane, bytes + " bytes of " + name(actual) + " memory at 0x"
                    + Long.toHexString(address));
        }
        return switch (actual) {
            case GLOBAL -> global(w, lane, a, bytes, write);
            case SHARED -> {
                SharedMemory shared = w.block.shared;
                if (a < 0 || a + bytes > shared.size) {
                    throw outside(w, lane, write, bytes, "shared", a, shared.size);
                }
                w.found = shared.bytes;
                yield (int) a;
            }
            case LOCAL -> {
                int size = w.block.launch.program.localBytes();
                if (a < 0 || a + bytes > size) {
                    throw outside(w, lane, write, bytes, "local", a, size);
                }
                w.found = w.local;
                yield (int) a + lane * size;
            }
            default -> {
                int size = w.block.launch.program.parameterBytes();
                if (a < 0 || a + bytes > size || write) {
                    throw outside(w, lane, write, bytes, "parameter", a, size);
                }
                w.found = w.block.launch.parameters;
                yield (int) a;
            }
        };
    }

    private static int global(Warp w, int lane, long a, int bytes, boolean write) {
        Allocation allocation = w.allocation;
        if (allocation == null || !allocation.holds(a, bytes)) {
            GlobalMemory memory = w.block.launch.memory;
            allocation = memory.find(a);
            if (allocation == null || !allocation.holds(a, bytes)) {
                throw w.fault(memory.kind(a), lane, (write ? "writes " : "reads ") + memory.complaint(a, bytes));
            }
            w.allocation = allocation;
        }
        if (write && allocation.readOnly) {
            throw w.fault(KernelFault.Kind.OUT_OF_BOUNDS, lane, "writes the constant memory '" + allocation.name + "'");
        }
        w.found = allocation.bytes;
        return (int) (a - allocation.base);
    }

    private static KernelFault outside(Warp w, int lane, boolean write, int bytes, String space, long at, int size) {
        return w.fault(KernelFault.Kind.OUT_OF_BOUNDS, lane, (write ? "writes " : "reads ") + bytes + " bytes at "
                + at + " of "
                + space + " memory, which has " + size);
    }

    private static String name(Space space) {
        return space.name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Checks a read of what {@link #locate} found.
     *
     * @param loose whether another thread may be writing it
     * @return whether it has a value
     */
    static boolean checkRead(Warp w, int lane, Space actual, int at, int bytes, boolean loose) {
        boolean defined = w.found.written(at, bytes) || undefined(w, lane, actual, at, bytes);
        if (loose) {
            return defined;
        }
        if (actual == Space.SHARED) {
            w.block.shared.reads(w, lane, at, bytes);
        } else if (actual == Space.GLOBAL) {
            Launch launch = w.block.launch;
            if (launch.options.globalRaces() && !launch.program.traits().fences()) {
                int other = w.allocation.writerBeside(w.block.number, at, bytes,
                        launch.program.traits().globalPieces());
                if (other >= 0) {
                    throw w.fault(KernelFault.Kind.GLOBAL_RACE, lane, "reads 0x"
                            + Long.toHexString(w.allocation.base + at)
                            + ", which block number " + other + " wrote in the same launch");
                }
            }
        }
        return defined;
    }

    private static boolean undefined(Warp w, int lane, Space actual, int at, int bytes) {
        if (w.found.inFlight(at, bytes)) {
            throw w.fault(KernelFault.Kind.IN_FLIGHT, lane, "reads shared memory at " + at
                    + ", where a cp.async that nobody has waited for still writes");
        }
        return switch (w.block.launch.options.uninitialised()) {
            case READ -> throw w.fault(KernelFault.Kind.UNINITIALISED, lane, "reads " + bytes + " bytes of "
                    + name(actual)
                    + " memory at " + place(w, actual, at) + " that nobody wrote");
            case USE -> false;
            case IGNORE -> true;
        };
    }

    private static String place(Warp w, Space actual, int at) {
        return actual == Space.GLOBAL ? "0x" + Long.toHexString(w.allocation.base + at) + " (" + at + " bytes into "
                + (w.allocation.name.isEmpty() ? "an allocation" : "'" + w.allocation.name + "'") + " of "
                + w.allocation.size + ")"
                : Integer.toString(at);
    }

    /**
     * Checks a write to what {@link #locate} found.
     *
     * @param same whether it leaves things as they are
     */
    static void checkWrite(Warp w, int lane, Space actual, int at, int bytes, boolean same) {
        if (actual == Space.SHARED) {
            if (w.found.inFlight(at, bytes)) {
                throw w.fault(KernelFault.Kind.IN_FLIGHT, lane, "writes shared memory at " + at
                        + ", where a cp.async that nobody has waited for still writes");
            }
            w.block.shared.writes(w, lane, at, bytes, same);
        } else if (actual == Space.GLOBAL) {
            Launch launch = w.block.launch;
            if (launch.options.globalRaces()) {
                int other = w.allocation.writes(w.block.number, at, bytes, launch.program.traits().globalPieces());
                if (other >= 0 && !same && !launch.program.traits().fences()) {
                    throw w.fault(KernelFault.Kind.GLOBAL_RACE, lane, "writes another value to 0x"
                            + Long.toHexString(w.allocation.base + at) + " than block number " + other
                            + " wrote in the same launch");
                }
            }
        }
    }
}
