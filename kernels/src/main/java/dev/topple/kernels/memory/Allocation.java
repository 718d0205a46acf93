// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

/** A piece of device memory that its owner gives back by closing it. */
public final class Allocation implements AutoCloseable {

    private final DeviceMemory memory;
    private final Segment.Block block;
    private final long bytes;
    private final String owner;
    private boolean closed;

    Allocation(DeviceMemory memory, Segment.Block block, long bytes, String owner) {
        this.memory = memory;
        this.block = block;
        this.bytes = bytes;
        this.owner = owner;
    }

    /** Where it begins, aligned to 256 bytes. */
    public long address() {
        if (closed) {
            throw new IllegalStateException("the device memory of " + owner + " was given back");
        }
        return block.address();
    }

    /** How much was asked for. */
    public long bytes() {
        return bytes;
    }

    /** Whom it was given to, for reports. */
    public String owner() {
        return owner;
    }

    Segment.Block block() {
        return block;
    }

    /** Gives it back; once is enough. Work that uses it may still wait in the stream that will use it next. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            memory.giveBack(this);
        }
    }
}
