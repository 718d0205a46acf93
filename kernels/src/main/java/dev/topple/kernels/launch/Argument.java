// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.launch;

/** A parameter of a launch. */
public sealed interface Argument {

    /** The address of a region's first byte, or of one further on. */
    record Pointer(Region region, long offsetBytes) implements Argument {}

    /** An integer. */
    record Int(int value) implements Argument {}

    /** An integer of 64 bits, or the address 0, which says that an operand is absent. */
    record Long(long value) implements Argument {}

    /** A number. */
    record Float(float value) implements Argument {}

    /** A region from its beginning. */
    static Argument of(Region region) {
        return new Pointer(region, 0);
    }

    static Argument of(int value) {
        return new Int(value);
    }

    static Argument of(long value) {
        return new Long(value);
    }

    static Argument of(float value) {
        return new Float(value);
    }

    /** No operand. */
    static Argument none() {
        return new Long(0);
    }
}
