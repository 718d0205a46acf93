// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Precision;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.ParameterTable;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.DeviceMemory;
import dev.topple.kernels.memory.Staging;
import dev.topple.kernels.module.KernelModules;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What programs of a device share: driver, one stream, memory, modules, and how works are put into the stream. */
final class CudaContext {

    /** The compute capability from which on tensor cores take tf32. */
    private static final int TENSOR_CORES = 80;

    private final Driver driver;
    private final Precision precision;
    private final Optional<Blas> blas;
    private final long stream;
    private final DeviceMemory memory;
    private final WorkingArena arena;
    private final KernelModules modules;
    private final Staging staging;
    private final Map<Integer, ParameterTable> tables = new HashMap<>();

    CudaContext(Driver driver, long stream, Precision precision, Optional<Blas> blas) {
        this.driver = driver;
        this.stream = stream;
        this.precision = precision;
        this.blas = blas;
        this.memory = new DeviceMemory(driver);
        this.arena = new WorkingArena(memory);
        this.modules = new KernelModules(driver);
        this.staging = new Staging(driver, stream);
    }

    Driver driver() {
        return driver;
    }

    Precision precision() {
        return precision;
    }

    /**
     * How products round their factors: tensor cores to tf32, which whoever wants less error does without, and a device
     * that is too old.
     */
    Precision productPrecision() {
        return precision == Precision.FAST && driver.properties().capability() >= TENSOR_CORES ? Precision.FAST
                : Precision.EXACT;
    }

    /** The library of matrix products, if it is to be used. */
    Optional<Blas> blas() {
        return blas;
    }

    DeviceMemory memory() {
        return memory;
    }

    WorkingArena arena() {
        return arena;
    }

    KernelModules modules() {
        return modules;
    }

    /** Loads what a work will need, so that nothing is loaded in a run. */
    void prepare(Work work) {
        if (work instanceof Work.Kernel kernel) {
            Launch launch = kernel.launch();
            modules.function(launch.module(), launch.kernel(), launch.sharedBytes());
        }
    }

    /** Puts a work into the stream. Its regions must have their places. */
    void start(Work work) {
        switch (work) {
            case Work.Kernel kernel -> launch(kernel.launch());
            case Work.Copy copy -> {
                if (copy.from().bytes() > 0) {
                    driver.copyOnDevice(copy.to().address(), copy.from().address(), copy.from().bytes(), stream);
                }
            }
            case Work.Fill fill -> {
                if (fill.to().elements() > 0) {
                    driver.fill(fill.to().address(), fill.word(), fill.to().elements(), stream);
                }
            }
            case Work.Product product -> multiply(product);
        }
    }

    private void launch(Launch launch) {
        List<Argument> arguments = launch.arguments();
        // A driver reads the values while it is called, so launches of one size share a table.
        ParameterTable table = tables.computeIfAbsent(arguments.size(), driver::parameterTable);
        for (int slot = 0; slot < arguments.size(); slot++) {
            switch (arguments.get(slot)) {
                case Argument.Pointer p -> table.set(slot, p.region().address() + p.offsetBytes());
                case Argument.Int i -> table.set(slot, i.value());
                case Argument.Long l -> table.set(slot, l.value());
                case Argument.Float f -> table.set(slot, f.value());
            }
        }
        driver.launch(modules.function(launch.module(), launch.kernel(), launch.sharedBytes()), launch.grid(),
                launch.block(), launch.sharedBytes(), stream, table);
    }

    private void multiply(Work.Product product) {
        Blas library = blas.orElseThrow();
        long a = product.a().address();
        long b = product.b().address();
        long c = product.c().address();
        if (product.count() == 1) {
            library.multiply(product.gemm(), a, b, c);
        } else {
            library.multiplyBatched(product.gemm(), a, product.strideA(), b, product.strideB(), c, product.strideC(),
                    product.count());
        }
    }

    /**
     * Records works as one graph.
     *
     * @return its handle
     */
    long record(List<Work> works) {
        driver.beginCapture(stream);
        try {
            works.forEach(this::start);
        } catch (RuntimeException e) {
            try {
                driver.destroyGraph(driver.endCapture(stream));
            } catch (RuntimeException unfinished) {
                e.addSuppressed(unfinished);
            }
            throw e;
        }
        return driver.endCapture(stream);
    }

    /** Runs what was recorded. */
    void replay(long graph) {
        driver.launchGraph(graph, stream);
    }

    /** Copies a tensor to the device, truth values as 0 and 1. */
    void upload(Tensor from, Region to) {
        MemorySegment values = switch (from.dtype()) {
            case F32 -> MemorySegment.ofArray(from.floats());
            case I32 -> MemorySegment.ofArray(from.ints());
            case BOOL -> {
                boolean[] truth = from.booleans();
                int[] ints = new int[truth.length];
                for (int i = 0; i < truth.length; i++) {
                    ints[i] = truth[i] ? 1 : 0;
                }
                yield MemorySegment.ofArray(ints);
            }
        };
        staging.upload(to.address(), values);
    }

    /** Copies from the device, after everything in the stream. */
    void download(Region from, Tensor to) {
        if (to.dtype() == DType.BOOL) {
            boolean[] truth = to.booleans();
            int[] ints = new int[truth.length];
            staging.download(MemorySegment.ofArray(ints), from.address());
            for (int i = 0; i < truth.length; i++) {
                truth[i] = ints[i] != 0;
            }
            return;
        }
        staging.download(to.dtype() == DType.F32 ? MemorySegment.ofArray(to.floats())
                : MemorySegment.ofArray(to.ints()), from.address());
    }

    /** Waits for everything in the stream. */
    void synchronize() {
        driver.synchronize(stream);
    }

    /** Frees everything but the driver. Reports memory that somebody still holds. */
    void close() {
        staging.close();
        blas.ifPresent(Blas::close);
        tables.values().forEach(ParameterTable::close);
        tables.clear();
        modules.close();
        driver.destroyStream(stream);
        memory.close();
    }
}
