// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.compile.Passes;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.reference.ReferenceEvaluator;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The CPU as a device: float32 on the Java heap, all cores, vectors where this JVM has them. */
public final class CpuDevice implements Device {

    /** The name by which it is chosen. */
    public static final String NAME = "cpu";

    private final CpuContext context;
    private final boolean fuse;
    private final Map<Variable, VariableStorage> variables = new HashMap<>();
    private boolean closed;

    /** Starts the device's threads. */
    public CpuDevice(DeviceOptions options) {
        this(options, true, Simd.chosen());
    }

    /**
     * A device for tests.
     *
     * @param fuse whether ops become one instruction where they can
     */
    CpuDevice(DeviceOptions options, boolean fuse, Simd simd) {
        this.context = CpuContext.of(new Workers(options.resolvedThreads()), simd, options.precision());
        this.fuse = fuse;
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
        int threads = context.workers().threads();
        return threads + (threads == 1 ? " thread, " : " threads, ") + context.lanes().description();
    }

    CpuContext context() {
        return context;
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the device cpu is closed");
        }
    }

    /** Plain loops need it less, and on one core it would only delay the program. */
    @Override
    public void warmUp() {
        checkOpen();
        if (context.simd() != Simd.OFF && Runtime.getRuntime().availableProcessors() > 1) {
            Rehearsal.begin();
        }
    }

    @Override
    public Executable compile(Graph graph) {
        checkOpen();
        if (graph.outputs().isEmpty() && graph.assignments().isEmpty()) {
            throw new IllegalArgumentException("the graph has neither an output nor an assignment: nothing to compute");
        }
        ReferenceEvaluator evaluator = new ReferenceEvaluator();
        Graph tidy = Passes.decompose(graph, evaluator);
        Set<VariableStorage> used = new LinkedHashSet<>();
        List<VariableStorage> assigned = new ArrayList<>();
        tidy.reads().keySet().forEach(variable -> used.add(storage(variable)));
        tidy.assignments().keySet().forEach(variable -> assigned.add(storage(variable)));
        assigned.forEach(VariableStorage::own);
        used.addAll(assigned);
        Lowering.Lowered lowered = Lowering.lower(tidy, this::storage, context, fuse);
        return new CpuProgram(this, graph, lowered, List.copyOf(used), assigned);
    }

    /** Where a variable lies; with its initial value if it was never used before. */
    VariableStorage storage(Variable variable) {
        return variables.computeIfAbsent(variable, VariableStorage::new);
    }

    @Override
    public Tensor read(Variable variable) {
        checkOpen();
        Tensor tensor = Tensor.zeros(variable.type());
        HostCopy.load(Slot.variable(storage(variable)), tensor);
        return tensor;
    }

    @Override
    public void write(Variable variable, Tensor value) {
        checkOpen();
        if (!value.type().equals(variable.type())) {
            throw new IllegalArgumentException("variable " + variable + " cannot hold a value " + value.type());
        }
        VariableStorage storage = storage(variable);
        storage.own();
        HostCopy.store(value, Slot.variable(storage));
        storage.changed();
    }

    @Override
    public void release(Variable variable) {
        VariableStorage storage = variables.get(variable);
        if (storage != null && !storage.used()) {
            variables.remove(variable);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.workers().close();
            variables.clear();
        }
    }
}
