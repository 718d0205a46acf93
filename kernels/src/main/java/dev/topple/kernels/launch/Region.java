// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.launch;

import dev.topple.engine.tensor.DType;

/**
 * A piece of device memory that launches name before it is known where it lies: values, working memory, prepared
 * weights. Truth values are integers, 0 and 1.
 */
public final class Region {

    private static final long NOWHERE = 0;

    private final DType dtype;
    private final long elements;
    private long address = NOWHERE;

    /** A region that has no place yet. */
    public Region(DType dtype, long elements) {
        this.dtype = dtype;
        this.elements = elements;
    }

    /** The type of its elements, 4 bytes each. */
    public DType dtype() {
        return dtype;
    }

    /** How many elements it has. */
    public long elements() {
        return elements;
    }

    /** How many bytes it has. */
    public long bytes() {
        return 4 * elements;
    }

    /** Gives it its place. */
    public void place(long at) {
        address = at;
    }

    /**
     * Where it lies.
     *
     * @throws IllegalStateException if it has no place yet
     */
    public long address() {
        if (address == NOWHERE) {
            throw new IllegalStateException("a region of " + elements + " elements has no place on the device yet");
        }
        return address;
    }
}
