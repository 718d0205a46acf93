// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

import java.util.Optional;

/**
 * What Topple needs of the CUDA driver: one device's context, modules, memory, streams, events, launches and graphs.
 * Addresses and handles are plain numbers, so that memory can be divided and parameters written without objects.
 * Nothing here keeps state but the context that it was opened with; a driver is used by one thread at a time, which has
 * called {@link #enter} first.
 *
 * <p>All calls throw {@link DriverException} where the driver reports an error; errors of work in flight come with a
 * later call, as they do in CUDA.
 */
public interface Driver extends AutoCloseable {

    /** What the device is and can do. */
    DeviceProperties properties();

    /** Makes the device's context that of the calling thread. Must precede all other calls of a thread. */
    void enter();

    /** Bytes of device memory that are free, for all processes. */
    long freeBytes();

    // Modules

    /**
     * Loads a module.
     *
     * @param ptx its text
     * @return a handle
     */
    long loadModule(String ptx);

    void unloadModule(long module);

    /** A kernel of a module, by its name in the text. */
    long function(long module, String name);

    /** Allows a kernel that much dynamic shared memory, beyond the usual 48 KiB. */
    void allowSharedBytes(long function, int bytes);

    /** How many blocks of that size a multiprocessor can hold of a kernel. */
    int residentBlocks(long function, int threads, int sharedBytes);

    // Memory

    /** Device memory, aligned to 256 bytes. Empty if there is not that much. */
    Optional<Long> allocate(long bytes);

    void free(long address);

    /** Memory of the host that the device can reach and copies run beside; zeroed. */
    HostBlock allocateHost(int bytes);

    void freeHost(HostBlock block);

    /** Copies in the order of a stream; the block must stay as it is until the copy is done. */
    void copyToDevice(long to, HostBlock from, int offset, long bytes, long stream);

    void copyToHost(HostBlock to, int offset, long from, long bytes, long stream);

    void copyOnDevice(long to, long from, long bytes, long stream);

    /** Sets that many 32-bit words. */
    void fill(long to, int word, long words, long stream);

    // Streams and events

    /** A stream that does not wait for the default one. */
    long createStream();

    void destroyStream(long stream);

    /** Waits for everything that was put into a stream. */
    void synchronize(long stream);

    /** An event. With {@code timing}, time between two of them can be asked for. */
    long createEvent(boolean timing);

    void destroyEvent(long event);

    void record(long event, long stream);

    /** Lets a stream wait for an event. */
    void await(long stream, long event);

    /** Lets the caller wait for an event. */
    void synchronizeEvent(long event);

    /** Milliseconds between two events that are done. */
    float milliseconds(long from, long to);

    // Launches

    /**
     * Starts a kernel.
     *
     * @param grid blocks along x, y and z
     * @param block threads along x, y and z
     * @param parameters what {@link #parameterTable} made; values are read during this call
     */
    void launch(long function, Extent grid, Extent block, int sharedBytes, long stream, ParameterTable parameters);

    /**
     * Room for the parameters of launches: values lie in a block of the host, 8 bytes each, and are written there by
     * the caller.
     *
     * @param slots how many values
     */
    ParameterTable parameterTable(int slots);

    // Graphs

    /** What is put into the stream from here on is recorded and not done. No allocation, no waiting until the end. */
    void beginCapture(long stream);

    /** Ends recording: what was recorded, ready to be run again and again. */
    long endCapture(long stream);

    /** Runs what was recorded. */
    void launchGraph(long graph, long stream);

    void destroyGraph(long graph);

    /** Leaves the context and frees what the driver itself holds. Memory, modules and streams must be gone before. */
    @Override
    void close();
}
