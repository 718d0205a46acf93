// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

/**
 * How requests of one order of magnitude are served. Small and middling ones share segments and are rounded up to 256
 * bytes. A large one has a segment of its own, never divided: a long-lived crumb in it could keep it from everybody.
 */
enum SizeClass {

    SMALL(1 << 20, 2 << 20), MEDIUM(16 << 20, 64 << 20), LARGE(Long.MAX_VALUE, 2 << 20);

    /** What addresses are multiples of. */
    static final long ALIGNMENT = 256;

    private final long mostBytes;
    private final long segmentBytes;

    SizeClass(long mostBytes, long segmentBytes) {
        this.mostBytes = mostBytes;
        this.segmentBytes = segmentBytes;
    }

    static SizeClass of(long bytes) {
        for (SizeClass candidate : values()) {
            if (bytes <= candidate.mostBytes) {
                return candidate;
            }
        }
        return LARGE;
    }

    /** How much of a segment a request takes. */
    long blockBytes(long request) {
        return roundUp(Math.max(1, request), this == LARGE ? segmentBytes : ALIGNMENT);
    }

    /** How large a new segment for a block is. */
    long segmentBytes(long block) {
        return this == LARGE ? block : segmentBytes;
    }

    /** Whether a free block may serve a request for so many bytes: of a large one at most a quarter may lie idle. */
    boolean suits(long block, long wanted) {
        return this != LARGE || block - wanted <= wanted / 4;
    }

    private static long roundUp(long bytes, long unit) {
        return Math.addExact(bytes, unit - 1) / unit * unit;
    }
}
