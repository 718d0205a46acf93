// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** What a kernel did wrong, or what of it the emulator cannot run. One line: what, which instruction, which thread. */
public final class KernelFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        /** An address outside all memory, or across the end of an allocation. */
        OUT_OF_BOUNDS,
        /** An address that is no multiple of the bytes accessed. */
        MISALIGNED,
        /** Memory that was given back. */
        USE_AFTER_FREE,
        /** Memory that nobody wrote, or an effect that depends on a register that nobody set. */
        UNINITIALISED,
        /** Shared memory that a {@code cp.async} may still be writing. */
        IN_FLIGHT,
        /** Two threads of a block at one place of shared memory, one of them writing, with no barrier between. */
        SHARED_RACE,
        /** Two blocks of a launch at one place of global memory, one of them writing. */
        GLOBAL_RACE,
        /** A barrier that some threads of a block reach and others do not. */
        DIVERGENT_BARRIER,
        /** An operation of a whole warp that lacks some of its lanes. */
        MISSING_LANES,
        /** A launch whose parameters do not fit the kernel. */
        PARAMETERS,
        /** The kernel's own trap. */
        TRAP,
        /** A warp that does not come to an end. */
        ENDLESS,
        /** PTX that the emulator does not know. */
        UNKNOWN_INSTRUCTION
    }

    private final Kind kind;

    KernelFault(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
