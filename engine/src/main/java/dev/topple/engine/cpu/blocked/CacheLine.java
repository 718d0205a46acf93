// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * Where cache lines begin in an array of floats or ints. A vector of 512 bits that straddles two lines is read at 0.6 and
 * written at 0.4 of the speed of one that fills a line. Where HotSpot lays objects out at multiples of 64 bytes
 * ({@code -XX:ObjectAlignmentInBytes=64}, which the launcher asks for; large arrays under G1 without it), an array's
 * first element is 16 bytes into a line, so that the twelfth begins one. Elsewhere nothing is lost but a few bytes, and
 * results never depend on it.
 */
public final class CacheLine {

    /** Elements of a line. */
    public static final int ELEMENTS = 16;

    /** The first element of an array that begins a line. */
    public static final int FIRST = 12;

    private CacheLine() {}

    /** The first element at or after this one that begins a line. */
    public static int from(int element) {
        return element + (FIRST - element & ELEMENTS - 1);
    }
}
