// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import dev.topple.kernels.driver.DeviceProperties;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * A driver with a little memory. Copies are done as late as its rules allow: when an event behind them is waited for.
 * So whoever changes a block too early copies the wrong thing.
 */
final class MemoryDriver implements Driver {

    final List<String> calls = new ArrayList<>();
    final TreeMap<Long, Integer> pieces = new TreeMap<>();
    int copies;

    private final long capacity;
    private final Map<Long, byte[]> contents = new TreeMap<>();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final Set<Long> hosts = new HashSet<>();
    private final Set<Long> events = new HashSet<>();
    private final Set<Long> recorded = new HashSet<>();
    private long used;
    private long next = 1 << 20;
    private long handles;

    MemoryDriver(long capacity) {
        this.capacity = capacity;
    }

    /** A piece to copy to and from; not among those of {@link #allocate}. */
    long content(byte[] bytes) {
        long address = next;
        next += (bytes.length + 511L) / 256 * 256;
        contents.put(address, bytes);
        return address;
    }

    int open() {
        return hosts.size() + events.size() + pieces.size();
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties("memory", 9, 0, 1, capacity, 49152, 12000);
    }

    @Override
    public void enter() {}

    @Override
    public long freeBytes() {
        return capacity - used;
    }

    @Override
    public Optional<Long> allocate(long bytes) {
        calls.add("allocate " + bytes);
        if (bytes > capacity - used) {
            return Optional.empty();
        }
        used += bytes;
        long address = next;
        next += bytes + 4096;
        pieces.put(address, Math.toIntExact(bytes));
        return Optional.of(address);
    }

    @Override
    public void free(long address) {
        Integer bytes = pieces.remove(address);
        if (bytes == null) {
            throw new AssertionError("nothing is allocated at " + address);
        }
        calls.add("free " + bytes);
        used -= bytes;
    }

    @Override
    public HostBlock allocateHost(int bytes) {
        hosts.add(++handles);
        return new HostBlock(handles, ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
    }

    @Override
    public void freeHost(HostBlock block) {
        if (!hosts.remove(block.handle())) {
            throw new AssertionError("freed twice");
        }
    }

    private ByteBuffer at(long address, long bytes) {
        for (Map.Entry<Long, byte[]> piece : contents.entrySet()) {
            long offset = address - piece.getKey();
            if (offset >= 0 && offset + bytes <= piece.getValue().length) {
                return ByteBuffer.wrap(piece.getValue(), (int) offset, (int) bytes);
            }
        }
        throw new AssertionError("no memory at " + address);
    }

    @Override
    public void copyToDevice(long to, HostBlock from, int offset, long bytes, long stream) {
        copies++;
        waiting.add(() -> at(to, bytes).put(from.bytes().slice(offset, (int) bytes)));
    }

    @Override
    public void copyToHost(HostBlock to, int offset, long from, long bytes, long stream) {
        copies++;
        waiting.add(() -> to.bytes().slice(offset, (int) bytes).put(at(from, bytes)));
    }

    @Override
    public long createEvent(boolean timing) {
        events.add(++handles);
        return handles;
    }

    @Override
    public void destroyEvent(long event) {
        if (!events.remove(event)) {
            throw new AssertionError("destroyed twice");
        }
    }

    @Override
    public void record(long event, long stream) {
        recorded.add(event);
        waiting.add(() -> recorded.remove(event));
    }

    @Override
    public void synchronizeEvent(long event) {
        while (recorded.contains(event)) {
            waiting.remove().run();
        }
    }

    @Override
    public void synchronize(long stream) {
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    @Override
    public void close() {}

    // What allocating and staging must not need.

    private static UnsupportedOperationException unexpected() {
        return new UnsupportedOperationException("not expected here");
    }

    @Override
    public long loadModule(String ptx) {
        throw unexpected();
    }

    @Override
    public void unloadModule(long module) {
        throw unexpected();
    }

    @Override
    public long function(long module, String name) {
        throw unexpected();
    }

    @Override
    public void allowSharedBytes(long function, int bytes) {
        throw unexpected();
    }

    @Override
    public int residentBlocks(long function, int threads, int sharedBytes) {
        throw unexpected();
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes, long stream) {
        throw unexpected();
    }

    @Override
    public void fill(long to, int word, long words, long stream) {
        throw unexpected();
    }

    @Override
    public long createStream() {
        throw unexpected();
    }

    @Override
    public void destroyStream(long stream) {
        throw unexpected();
    }

    @Override
    public void await(long stream, long event) {
        throw unexpected();
    }

    @Override
    public float milliseconds(long from, long to) {
        throw unexpected();
    }

    @Override
    public void launch(long function, Extent grid, Extent block, int sharedBytes, long stream,
            ParameterTable parameters) {
        throw unexpected();
    }

    @Override
    public ParameterTable parameterTable(int slots) {
        throw unexpected();
    }

    @Override
    public void beginCapture(long stream) {
        throw unexpected();
    }

    @Override
    public long endCapture(long stream) {
        throw unexpected();
    }

    @Override
    public void launchGraph(long graph, long stream) {
        throw unexpected();
    }

    @Override
    public void destroyGraph(long graph) {
        throw unexpected();
    }
}
