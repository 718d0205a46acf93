// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.tensor.DType;

/** A piece of device memory that instructions write and read; its place is found by the {@link BufferPlanner}. */
public final class Buffer {

    private final DType dtype;
    private final int size;
    private final boolean persistent;

    private Buffer(DType dtype, int size, boolean persistent) {
        this.dtype = dtype;
        this.size = size;
        this.persistent = persistent;
    }

    /** A buffer that is alive from its first to its last use. */
    public static Buffer of(DType dtype, int size) {
        return new Buffer(dtype, size, false);
    }

    /** A buffer that keeps its contents between runs and so shares its place with no other: inputs and outputs. */
    public static Buffer persistent(DType dtype, int size) {
        return new Buffer(dtype, size, true);
    }

    /** The type of its elements. */
    public DType dtype() {
        return dtype;
    }

    /** How many elements it has. */
    public int size() {
        return size;
    }

    /** Whether it keeps its contents between runs. */
    public boolean persistent() {
        return persistent;
    }
}
