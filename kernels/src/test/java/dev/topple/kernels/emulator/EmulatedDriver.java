// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.DeviceProperties;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A CUDA device in plain Java. It does what it is told at once and in order; it says at the launch itself, in a
 * {@link KernelFault}, what a kernel does wrong. Copies to the host show up when the host has waited for them and not
 * before, and a block of the host that changes while it is copied from is an error, as both would be on a device.
 */
public final class EmulatedDriver implements Driver {

    private static final byte POISON = (byte) 0xcd;

    private final GlobalMemory memory;
    private final Modules modules;
    private final Streams streams = new Streams();
    private final HostBlocks blocks = new HostBlocks();
    private final Set<Thread> entered = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> executed = new TreeMap<>();
    private EmulatorOptions options;
    private boolean closed;

    /** A device with everything checked. */
    public EmulatedDriver() {
        this(EmulatorOptions.standard());
    }

    /** A device as described. */
    public EmulatedDriver(EmulatorOptions options) {
        this.options = options;
        memory = new GlobalMemory(options.memoryBytes());
        modules = new Modules(memory);
    }

    /** What the device is like from now on; the size of its memory stays. */
    public void options(EmulatorOptions newOptions) {
        options = newOptions;
    }

    /** What the device is like. */
    public EmulatorOptions options() {
        return options;
    }

    /** Instructions executed so far, of all threads, by kernel. */
    public Map<String, Long> executed() {
        return Map.copyOf(executed);
    }

    /** Counts memory as written, for kernels that may read what nobody wrote. */
    public void markWritten(long address, long bytes) {
        mark(address, bytes, Bytes.WRITTEN);
    }

    /** Counts memory as never written, as where an allocator hands it out anew. */
    public void markUnwritten(long address, long bytes) {
        mark(address, bytes, Bytes.UNWRITTEN);
    }

    private void mark(long address, long bytes, byte as) {
        Allocation a = memory.range(address, bytes, "mark");
        int at = (int) (address - a.base);
        Arrays.fill(a.bytes.state(), at, at + (int) bytes, as);
    }

    /** What was not given back: allocations with their sizes, modules, streams, events, graphs, blocks of the host. */
    public List<String> leaks() {
        List<String> out = new ArrayList<>();
        memory.leaks().forEach((address, size) -> out.add("an allocation of " + size + " bytes"));
        if (modules.count() > 0) {
            out.add(modules.count() + " modules");
        }
        if (blocks.count() > 0) {
            out.add(blocks.count() + " blocks of the host");
        }
        out.addAll(streams.leaks());
        return out;
    }

    private void check(String call) {
        if (closed || !entered.contains(Thread.currentThread())) {
            throw new DriverException(call, 201, "CUDA_ERROR_INVALID_CONTEXT");
        }
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties("PTX emulator", options.capability() / 10, options.capability() % 10,
                options.multiprocessors(), options.memoryBytes(), options.sharedBytesPerBlock(), 13000);
    }

    @Override
    public void enter() {
        entered.add(Thread.currentThread());
    }

    @Override
    public long freeBytes() {
        check("cuMemGetInfo");
        return memory.freeBytes();
    }

    @Override
    public long loadModule(String ptx) {
        check("cuModuleLoadDataEx");
        streams.refuseInCapture("cuModuleLoadDataEx");
        return modules.load(ptx, options.capability());
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload");
        modules.unload(module);
    }

    @Override
    public long function(long module, String name) {
        check("cuModuleGetFunction");
        return modules.function(module, name);
    }

    @Override
    public void allowSharedBytes(long function, int bytes) {
        check("cuFuncSetAttribute");
        Modules.Kernel k = modules.kernel(function, "cuFuncSetAttribute");
        if (bytes < 0 || bytes + k.program.sharedBytes() > options.sharedBytesPerBlock()) {
            throw new DriverException("cuFuncSetAttribute of " + k.program.name() + " to " + bytes + " bytes", 1,
                    "CUDA_ERROR_INVALID_VALUE");
        }
        k.allowedShared = bytes;
    }

    @Override
    public int residentBlocks(long function, int threads, int sharedBytes) {
        check("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        Program p = modules.kernel(function, "cuOccupancyMaxActiveBlocksPerMultiprocessor").program;
        int rounded = (threads + Warp.LANES - 1) / Warp.LANES * Warp.LANES;
        int byShared = (options.sharedBytesPerBlock() + 1024) / (p.sharedBytes() + sharedBytes + 1024);
        return Math.min(16, Math.min((options.capability() == 75 ? 1024 : 1536) / rounded, byShared));
    }

    @Override
    public Optional<Long> allocate(long bytes) {
        check("cuMemAlloc");
        streams.refuseInCapture("cuMemAlloc");
        if (bytes <= 0) {
            throw new DriverException("cuMemAlloc of " + bytes + " bytes", 1, "CUDA_ERROR_INVALID_VALUE");
        }
        return memory.allocate(bytes, "", false).map(a -> a.base);
    }

    @Override
    public void free(long address) {
        check("cuMemFree");
        streams.refuseInCapture("cuMemFree");
        if (!memory.free(address)) {
            throw new DriverException("cuMemFree of 0x" + Long.toHexString(address), 1, "CUDA_ERROR_INVALID_VALUE");
        }
    }

    @Override
    public HostBlock allocateHost(int bytes) {
        check("cuMemHostAlloc");
        streams.refuseInCapture("cuMemHostAlloc");
        return blocks.allocate(bytes);
    }

    @Override
    public void freeHost(HostBlock block) {
        check("cuMemFreeHost");
        blocks.free(block);
    }

    @Override
    public void copyToDevice(long to, HostBlock from, int offset, long bytes, long stream) {
        check("cuMemcpyHtoDAsync");
        blocks.view(from, offset, bytes, "cuMemcpyHtoDAsync");
        memory.range(to, bytes, "cuMemcpyHtoDAsync");
        streams.put(stream, "cuMemcpyHtoDAsync", () -> {
            Allocation a = memory.range(to, bytes, "cuMemcpyHtoDAsync");
            byte[] copy = new byte[(int) bytes];
            blocks.view(from, offset, bytes, "cuMemcpyHtoDAsync").get(copy);
            int at = (int) (to - a.base);
            System.arraycopy(copy, 0, a.bytes.data(), at, copy.length);
            Arrays.fill(a.bytes.state(), at, at + copy.length, Bytes.WRITTEN);
            return () -> {
                if (blocks.live(from)
                        && !blocks.view(from, offset, bytes, "cuMemcpyHtoDAsync").equals(ByteBuffer.wrap(copy))) {
                    throw new IllegalStateException("a block of the host changed at " + offset + " to " + (offset
                            + bytes)
                            + " before the copy from it to the device was waited for");
                }
            };
        });
    }

    @Override
    public void copyToHost(HostBlock to, int offset, long from, long bytes, long stream) {
        check("cuMemcpyDtoHAsync");
        blocks.view(to, offset, bytes, "cuMemcpyDtoHAsync");
        memory.range(from, bytes, "cuMemcpyDtoHAsync");
        streams.put(stream, "cuMemcpyDtoHAsync", () -> {
            Allocation a = memory.range(from, bytes, "cuMemcpyDtoHAsync");
            int at = (int) (from - a.base);
            if (options.uninitialised() == EmulatorOptions.Uninitialised.READ) {
                for (int k = at; k < at + bytes; k++) {
                    if (a.bytes.state()[k] != Bytes.WRITTEN) {
                        throw new KernelFault(KernelFault.Kind.UNINITIALISED, "cuMemcpyDtoHAsync: copies byte " + k
                                + " of an allocation of " + a.size + ", which nobody wrote");
                    }
                }
            }
            byte[] copy = Arrays.copyOfRange(a.bytes.data(), at, at + (int) bytes);
            ByteBuffer target = blocks.view(to, offset, bytes, "cuMemcpyDtoHAsync");
            for (int k = 0; k < copy.length; k++) {
                target.put(k, POISON);
            }
            return () -> target.put(0, copy);
        });
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes, long stream) {
        check("cuMemcpyDtoDAsync");
        memory.range(from, bytes, "cuMemcpyDtoDAsync");
        memory.range(to, bytes, "cuMemcpyDtoDAsync");
        streams.put(stream, "cuMemcpyDtoDAsync", () -> {
            Allocation a = memory.range(from, bytes, "cuMemcpyDtoDAsync");
            Allocation b = memory.range(to, bytes, "cuMemcpyDtoDAsync");
            int at = (int) (from - a.base);
            int place = (int) (to - b.base);
            if (a == b && Math.abs((long) at - place) < bytes && bytes > 0) {
                throw new DriverException("cuMemcpyDtoDAsync of ranges that overlap", 1, "CUDA_ERROR_INVALID_VALUE");
            }
            System.arraycopy(a.bytes.data(), at, b.bytes.data(), place, (int) bytes);
            System.arraycopy(a.bytes.state(), at, b.bytes.state(), place, (int) bytes);
            return null;
        });
    }

    @Override
    public void fill(long to, int word, long words, long stream) {
        check("cuMemsetD32Async");
        memory.range(to, 4 * words, "cuMemsetD32Async");
        if ((to & 3) != 0) {
            throw new DriverException("cuMemsetD32Async at 0x" + Long.toHexString(to), 1, "CUDA_ERROR_INVALID_VALUE");
        }
        streams.put(stream, "cuMemsetD32Async", () -> {
            Allocation a = memory.range(to, 4 * words, "cuMemsetD32Async");
            int at = (int) (to - a.base);
            for (int k = 0; k < words; k++) {
                a.bytes.set(at + 4 * k, 4, word);
            }
            return null;
        });
    }

    @Override
    public long createStream() {
        check("cuStreamCreate");
        return streams.createStream();
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy");
        streams.destroyStream(stream);
    }

    @Override
    public void synchronize(long stream) {
        check("cuStreamSynchronize");
        streams.synchronize(stream);
    }

    @Override
    public long createEvent(boolean timing) {
        check("cuEventCreate");
        return streams.createEvent(timing);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy");
        streams.destroyEvent(event);
    }

    @Override
    public void record(long event, long stream) {
        check("cuEventRecord");
        streams.record(event, stream);
    }

    @Override
    public void await(long stream, long event) {
        check("cuStreamWaitEvent");
        streams.await(stream, event);
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cuEventSynchronize");
        streams.synchronizeEvent(event);
    }

    @Override
    public float milliseconds(long from, long to) {
        check("cuEventElapsedTime");
        return streams.milliseconds(from, to);
    }

    @Override
    public void launch(long function, Extent grid, Extent block, int sharedBytes, long stream,
            ParameterTable parameters) {
        check("cuLaunchKernel");
        Modules.Kernel k = modules.kernel(function, "cuLaunchKernel");
        LaunchLimits.check(k, grid, block, sharedBytes);
        Bytes values = ((EmulatedParameters) parameters).pack(k.program);
        streams.put(stream, "cuLaunchKernel", () -> {
            long count = new Launch(k.program, grid, block, sharedBytes, values, memory, options).run();
            executed.merge(k.program.name(), count, Long::sum);
            return null;
        });
    }

    @Override
    public ParameterTable parameterTable(int slots) {
        return new EmulatedParameters(slots);
    }

    @Override
    public void beginCapture(long stream) {
        check("cuStreamBeginCapture");
        streams.beginCapture(stream);
    }

    @Override
    public long endCapture(long stream) {
        check("cuStreamEndCapture");
        return streams.endCapture(stream);
    }

    @Override
    public void launchGraph(long graph, long stream) {
        check("cuGraphLaunch");
        streams.launchGraph(graph, stream);
    }

    @Override
    public void destroyGraph(long graph) {
        check("cuGraphExecDestroy");
        streams.destroyGraph(graph);
    }

    /** Complains if something was not given back, naming it. */
    @Override
    public void close() {
        closed = true;
        List<String> left = leaks();
        if (!left.isEmpty()) {
            throw new IllegalStateException("the device is closed and still has " + String.join(", ", left));
        }
    }
}
