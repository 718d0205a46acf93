// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.MemoryUse;
import dev.topple.engine.Precision;
import dev.topple.engine.compile.Passes;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.reference.ReferenceEvaluator;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.driver.DeviceProperties;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.DeviceMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * A GPU as a device. What it needs of CUDA is behind a {@link Driver}: the real one, or in tests the emulator. Work is
 * put into one stream and waited for where a value is copied back to the host.
 */
public final class CudaDevice implements Device {

    /** The name by which it is chosen. */
    public static final String NAME = "cuda";

    private final Driver driver;
    private final CudaContext context;
    private final boolean fuse;
    private final Map<Variable, DeviceVariable> variables = new HashMap<>();
    private final Set<CudaProgram> programs = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Opens the device without a library of matrix products.
     *
     * @param driver the device's from now on, which closes it; the caller's if this fails
     */
    public CudaDevice(Driver driver, Precision precision) {
        this(driver, precision, stream -> Optional.empty());
    }

    /**
     * Opens the device.
     *
     * @param driver the device's from now on, which closes it; the caller's if this fails
     * @param blas opens a library of matrix products for a stream, if one is to be used
     */
    public CudaDevice(Driver driver, Precision precision, LongFunction<Optional<Blas>> blas) {
        this(driver, precision, blas, true);
    }

    /** @param fuse whether ops become one kernel where they can; tests turn it off */
    CudaDevice(Driver driver, Precision precision, LongFunction<Optional<Blas>> blas, boolean fuse) {
        this.driver = driver;
        this.fuse = fuse;
        driver.enter();
        long stream = driver.createStream();
        try {
            this.context = new CudaContext(driver, stream, precision, blas.apply(stream));
        } catch (RuntimeException e) {
            driver.destroyStream(stream);
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Precision precision() {
        return context.precision();
    }

    @Override
    public String description() {
        DeviceProperties properties = driver.properties();
        return String.format(Locale.ROOT, "%s, %d multiprocessors, %.1f GiB, compute capability %d.%d, %s",
                properties.name(), properties.multiprocessors(), properties.memoryBytes() / (double) (1L << 30),
                properties.major(), properties.minor(),
                context.blas().map(Blas::description).orElse("matrix products by Topple's own kernels"));
    }

    @Override
    public Optional<MemoryUse> memoryUse() {
        return Optional.of(context.memory().usage());
    }

    /** How much memory is in use, and by whom. */
    public DeviceMemory memory() {
        return context.memory();
    }

    CudaContext context() {
        return context;
    }

    /** Also makes the device that of the calling thread. */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the device cuda is closed");
        }
        driver.enter();
    }

    @Override
    public Executable compile(Graph graph) {
        checkOpen();
        if (graph.outputs().isEmpty() && graph.assignments().isEmpty()) {
            throw new IllegalArgumentException("the graph has neither an output nor an assignment: nothing to compute");
        }
        ReferenceEvaluator evaluator = new ReferenceEvaluator();
        Graph tidy = Passes.decompose(graph, evaluator);
        Set<Variable> known = Set.copyOf(variables.keySet());
        Resources resources = new Resources(this::storage);
        try {
            tidy.reads().keySet().forEach(resources::variable);
            List<DeviceVariable> assigned = new ArrayList<>();
            tidy.assignments().keySet().forEach(variable -> assigned.add(resources.variable(variable)));
            Lowered lowered = Lowering.lower(tidy, context, resources, fuse);
            CudaProgram program = new CudaProgram(this, context, graph, lowered, resources, assigned);
            programs.add(program);
            return program;
        } catch (RuntimeException e) {
            resources.close();
            // Variables that came to exist for this program alone must not take memory that may be short.
            List.copyOf(variables.keySet()).stream().filter(variable -> !known.contains(variable))
                    .forEach(this::release);
            throw e;
        }
    }

    void closing(CudaProgram program) {
        if (!closed) {
            driver.enter();
        }
        programs.remove(program);
    }

    /** Where a variable lies; with its initial value if it was never used before. */
    private DeviceVariable storage(Variable variable) {
        DeviceVariable known = variables.get(variable);
        if (known == null) {
            known = new DeviceVariable(variable, context.memory());
            variables.put(variable, known);
            context.upload(variable.initial(), known.region());
        }
        return known;
    }

    @Override
    public Tensor read(Variable variable) {
        checkOpen();
        Tensor tensor = Tensor.zeros(variable.type());
        Region region = storage(variable).region();
        context.download(region, tensor);
        return tensor;
    }

    @Override
    public void write(Variable variable, Tensor value) {
        checkOpen();
        if (!value.type().equals(variable.type())) {
            throw new IllegalArgumentException("variable " + variable + " cannot hold a value " + value.type());
        }
        DeviceVariable storage = storage(variable);
        context.upload(value, storage.region());
        storage.changed();
    }

    @Override
    public void release(Variable variable) {
        checkOpen();
        DeviceVariable storage = variables.get(variable);
        if (storage != null && !storage.used()) {
            variables.remove(variable);
            storage.close();
        }
    }

    /**
     * Waits for the device, and frees everything.
     *
     * @throws IllegalStateException if memory was not given back; it is freed all the same
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        driver.enter();
        try {
            context.synchronize();
            List.copyOf(programs).forEach(CudaProgram::close);
            variables.values().forEach(DeviceVariable::close);
            variables.clear();
            context.close();
        } finally {
            closed = true;
            driver.close();
        }
    }
}
