// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.HostBlock;
import java.lang.foreign.MemorySegment;

/**
 * Copies between memory of the JVM and of the device, in pieces through two blocks that the driver has pinned: while
 * one is on its way, the other is filled or emptied. All copies are in the order of one stream.
 */
public final class Staging implements AutoCloseable {

    private static final int BLOCKS = 2;

    /** Large enough for the full speed of the bus, small enough to stay in a processor's cache. */
    private static final int USUAL_BYTES = 4 << 20;

    private final Driver driver;
    private final long stream;
    private final int blockBytes;
    private final HostBlock[] blocks = new HostBlock[BLOCKS];
    private final MemorySegment[] contents = new MemorySegment[BLOCKS];
    private final long[] events = new long[BLOCKS];
    private final boolean[] pending = new boolean[BLOCKS];
    private int next;

    /** With blocks of 4 MiB. */
    public Staging(Driver driver, long stream) {
        this(driver, stream, USUAL_BYTES);
    }

    /**
     * @param stream in whose order copies are made
     * @param blockBytes how much is copied at a time
     */
    public Staging(Driver driver, long stream, int blockBytes) {
        this.driver = driver;
        this.stream = stream;
        this.blockBytes = blockBytes;
        for (int block = 0; block < BLOCKS; block++) {
            blocks[block] = driver.allocateHost(blockBytes);
            contents[block] = MemorySegment.ofBuffer(blocks[block].bytes());
            events[block] = driver.createEvent(false);
        }
    }

    /**
     * Copies to the device. On return the source may change; the device has its content in the stream's order.
     *
     * @param to an address of the device
     * @param from an array's segment, {@code MemorySegment.ofArray(floats)} say; as many bytes as it has are copied
     */
    public void upload(long to, MemorySegment from) {
        long bytes = from.byteSize();
        for (long offset = 0; offset < bytes; offset += blockBytes) {
            long piece = Math.min(blockBytes, bytes - offset);
            int block = takeBlock();
            MemorySegment.copy(from, offset, contents[block], 0, piece);
            driver.copyToDevice(to + offset, blocks[block], 0, piece, stream);
            markPending(block);
        }
    }

    /** Copies from the device, after all that is in the stream already, and waits for it. */
    public void download(MemorySegment to, long from) {
        long bytes = to.byteSize();
        long asked = 0;
        long received = 0;
        int oldest = next;
        while (received < bytes) {
            while (asked < bytes && asked - received < (long) BLOCKS * blockBytes) {
                long piece = Math.min(blockBytes, bytes - asked);
                int block = takeBlock();
                driver.copyToHost(blocks[block], 0, from + asked, piece, stream);
                markPending(block);
                asked += piece;
            }
            long piece = Math.min(blockBytes, bytes - received);
            finish(oldest);
            MemorySegment.copy(contents[oldest], 0, to, received, piece);
            oldest = (oldest + 1) % BLOCKS;
            received += piece;
        }
    }

    private int takeBlock() {
        int block = next;
        next = (next + 1) % BLOCKS;
        finish(block);
        return block;
    }

    private void markPending(int block) {
        driver.record(events[block], stream);
        pending[block] = true;
    }

    private void finish(int block) {
        if (pending[block]) {
            driver.synchronizeEvent(events[block]);
            pending[block] = false;
        }
    }

    /** Waits for copies under way and frees the blocks. */
    @Override
    public void close() {
        for (int block = 0; block < BLOCKS; block++) {
            finish(block);
            driver.destroyEvent(events[block]);
            driver.freeHost(blocks[block]);
        }
    }
}
