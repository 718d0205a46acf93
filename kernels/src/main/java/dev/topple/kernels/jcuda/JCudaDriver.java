// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuFuncSetAttribute;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuGraphUpload;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD32Async;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import dev.topple.kernels.driver.DeviceProperties;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;

/**
 * The driver of a real GPU, with the device's primary context, which cuBLAS shares. Memory is addressed by plain
 * numbers; arrays of the heap are never handed to a call that runs often or later, since JCuda would keep the garbage
 * collector waiting meanwhile or record an address that moves.
 */
public final class JCudaDriver implements Driver {

    private record Kernel(CUfunction function, String name) {}

    private final DeviceProperties properties;
    private final CUdevice device;
    private final CUcontext context;
    private final ParameterPool parameters = new ParameterPool();
    private final Handles<CUmodule> modules = new Handles<>("module", null);
    private final Handles<Kernel> kernels = new Handles<>("kernel", null);
    private final Handles<CUstream> streams = new Handles<>("stream", new CUstream());
    private final Handles<CUevent> events = new Handles<>("event", null);
    private final Handles<CUgraphExec> graphs = new Handles<>("graph", null);
    private boolean closed;

    private JCudaDriver(DeviceProperties properties, CUdevice device, CUcontext context) {
        this.properties = properties;
        this.device = device;
        this.context = context;
    }

    /**
     * Opens a device and makes its context that of the calling thread.
     *
     * @throws DriverException if the context cannot be made, as where the device has no memory left
     */
    public static JCudaDriver open(CudaProbe.Present found) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", cuDeviceGet(device, found.ordinal()));
        CUcontext context = new CUcontext();
        check("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain(context, device));
        JCudaDriver driver = new JCudaDriver(found.properties(), device, context);
        try {
            driver.enter();
            return driver;
        } catch (DriverException e) {
            driver.close();
            throw e;
        }
    }

    private static void check(String call, int status) {
        Status.check(call, status);
    }

    @Override
    public DeviceProperties properties() {
        return properties;
    }

    @Override
    public void enter() {
        check("cuCtxSetCurrent", cuCtxSetCurrent(context));
    }

    @Override
    public long freeBytes() {
        long[] free = new long[1];
        check("cuMemGetInfo", cuMemGetInfo(free, new long[1]));
        return free[0];
    }

    // Modules

    @Override
    public long loadModule(String ptx) {
        return modules.add(PtxModule.load(ptx));
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", cuModuleUnload(modules.remove(module)));
    }

    @Override
    public long function(long module, String name) {
        CUfunction function = new CUfunction();
        int status = cuModuleGetFunction(function, modules.get(module), name);
        if (status != CUresult.CUDA_SUCCESS) {
            throw new DriverException("cuModuleGetFunction of " + name, status, Status.name(status));
        }
        return kernels.add(new Kernel(function, name));
    }

    @Override
    public void allowSharedBytes(long function, int bytes) {
        check("cuFuncSetAttribute", cuFuncSetAttribute(kernels.get(function).function(),
                CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
    }

    @Override
    public int residentBlocks(long function, int threads, int sharedBytes) {
        int[] blocks = new int[1];
        check("cuOccupancyMaxActiveBlocksPerMultiprocessor", cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks,
                kernels.get(function).function(), threads, sharedBytes));
        return blocks[0];
    }

    // Memory

    @Override
    public Optional<Long> allocate(long bytes) {
        DeviceAddress address = new DeviceAddress();
        int status = cuMemAlloc(address, bytes);
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return Optional.empty();
        }
        check("cuMemAlloc", status);
        return Optional.of(address.address());
    }

    @Override
    public void free(long address) {
        check("cuMemFree", cuMemFree(new DeviceAddress(address)));
    }

    @Override
    public HostBlock allocateHost(int bytes) {
        RawPointer pointer = new RawPointer();
        check("cuMemHostAlloc", cuMemHostAlloc(pointer, bytes, 0));
        ByteBuffer content = pointer.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
        MemorySegment.ofBuffer(content).fill((byte) 0);
        return new HostBlock(pointer.address(), content);
    }

    @Override
    public void freeHost(HostBlock block) {
        check("cuMemFreeHost", cuMemFreeHost(new RawPointer(block.handle())));
    }

    private static RawPointer within(HostBlock block, int offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, block.bytes().capacity());
        return new RawPointer(block.handle() + offset);
    }

    @Override
    public void copyToDevice(long to, HostBlock from, int offset, long bytes, long stream) {
        check("cuMemcpyHtoDAsync", cuMemcpyHtoDAsync(new DeviceAddress(to), within(from, offset, bytes), bytes,
                streams.get(stream)));
    }

    @Override
    public void copyToHost(HostBlock to, int offset, long from, long bytes, long stream) {
        check("cuMemcpyDtoHAsync", cuMemcpyDtoHAsync(within(to, offset, bytes), new DeviceAddress(from), bytes,
                streams.get(stream)));
    }

    @Override
    public void copyOnDevice(long to, long from, long bytes, long stream) {
        check("cuMemcpyDtoDAsync", cuMemcpyDtoDAsync(new DeviceAddress(to), new DeviceAddress(from), bytes,
                streams.get(stream)));
    }

    @Override
    public void fill(long to, int word, long words, long stream) {
        check("cuMemsetD32Async", cuMemsetD32Async(new DeviceAddress(to), word, words, streams.get(stream)));
    }

    // Streams and events

    @Override
    public long createStream() {
        CUstream stream = new CUstream();
        check("cuStreamCreate", cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
        return streams.add(stream);
    }

    /** JCuda's object for a stream, for cuBLAS. */
    CUstream stream(long stream) {
        return streams.get(stream);
    }

    @Override
    public void destroyStream(long stream) {
        if (stream == 0) {
            throw new IllegalArgumentException("the default stream stays");
        }
        check("cuStreamDestroy", cuStreamDestroy(streams.remove(stream)));
    }

    @Override
    public void synchronize(long stream) {
        check("cuStreamSynchronize", cuStreamSynchronize(streams.get(stream)));
    }

    @Override
    public long createEvent(boolean timing) {
        CUevent event = new CUevent();
        check("cuEventCreate", cuEventCreate(event,
                timing ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING));
        return events.add(event);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", cuEventDestroy(events.remove(event)));
    }

    @Override
    public void record(long event, long stream) {
        check("cuEventRecord", cuEventRecord(events.get(event), streams.get(stream)));
    }

    @Override
    public void await(long stream, long event) {
        check("cuStreamWaitEvent", cuStreamWaitEvent(streams.get(stream), events.get(event), 0));
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cuEventSynchronize", cuEventSynchronize(events.get(event)));
    }

    @Override
    public float milliseconds(long from, long to) {
        float[] milliseconds = new float[1];
        check("cuEventElapsedTime", cuEventElapsedTime(milliseconds, events.get(from), events.get(to)));
        return milliseconds[0];
    }

    // Launches

    @Override
    public void launch(long function, Extent grid, Extent block, int sharedBytes, long stream,
            ParameterTable table) {
        Kernel kernel = kernels.get(function);
        int status = cuLaunchKernel(kernel.function(), grid.x(), grid.y(), grid.z(), block.x(), block.y(), block.z(),
                sharedBytes, streams.get(stream), ParameterPool.pointers(table), null);
        if (status != CUresult.CUDA_SUCCESS) {
            throw new DriverException("cuLaunchKernel of " + kernel.name(), status, Status.name(status));
        }
    }

    @Override
    public ParameterTable parameterTable(int slots) {
        return parameters.table(slots);
    }

    // Graphs

    @Override
    public void beginCapture(long stream) {
        check("cuStreamBeginCapture", cuStreamBeginCapture(streams.get(stream),
                CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        CUgraph graph = new CUgraph();
        check("cuStreamEndCapture", cuStreamEndCapture(streams.get(stream), graph));
        CUgraphExec executable = new CUgraphExec();
        try {
            check("cuGraphInstantiate", cuGraphInstantiate(executable, graph, 0));
        } finally {
            cuGraphDestroy(graph);
        }
        int status = cuGraphUpload(executable, streams.get(stream));
        if (status != CUresult.CUDA_SUCCESS) {
            cuGraphExecDestroy(executable);
            check("cuGraphUpload", status);
        }
        return graphs.add(executable);
    }

    @Override
    public void launchGraph(long graph, long stream) {
        check("cuGraphLaunch", cuGraphLaunch(graphs.get(graph), streams.get(stream)));
    }

    @Override
    public void destroyGraph(long graph) {
        check("cuGraphExecDestroy", cuGraphExecDestroy(graphs.remove(graph)));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            parameters.close();
            check("cuDevicePrimaryCtxRelease", cuDevicePrimaryCtxRelease(device));
        }
    }
}
