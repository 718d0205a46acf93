// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.Device;
import dev.topple.engine.Precision;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The device {@code reference}: float64, plain loops, one thread. Variables are kept in float64, too, and rounded only
 * where they are read as tensors.
 */
public final class ReferenceDevice implements Device {

    static final String NAME = "reference";
    static final String DESCRIPTION = "float64, plain loops, one thread: exact and slow";

    private final Map<Variable, Array> variables = new HashMap<>();
    private final Set<ReferenceExecutable> programs = new HashSet<>();
    private boolean closed;

    /** A device without variables. */
    public ReferenceDevice() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Precision precision() {
        return Precision.EXACT;
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public ReferenceExecutable compile(Graph graph) {
        requireOpen();
        ReferenceExecutable program = new ReferenceExecutable(this, graph);
        programs.add(program);
        return program;
    }

    @Override
    public Tensor read(Variable variable) {
        return value(variable).toTensor();
    }

    /** A copy of a float variable's present value, in float64. */
    public double[] readDoubles(Variable variable) {
        requireFloats("variable " + variable, variable.type(), variable.type().shape().size());
        return value(variable).doubles().clone();
    }

    @Override
    public void write(Variable variable, Tensor value) {
        requireOpen();
        requireType(variable, value.type());
        variables.put(variable, Array.copyOf(value));
    }

    /** Copies float64 values into a float variable. */
    public void writeDoubles(Variable variable, double[] values) {
        requireOpen();
        requireFloats("variable " + variable, variable.type(), values.length);
        variables.put(variable, Array.of(variable.type().shape(), values.clone()));
    }

    @Override
    public void release(Variable variable) {
        requireOpen();
        if (programs.stream().noneMatch(program -> program.uses(variable))) {
            variables.remove(variable);
        }
    }

    @Override
    public void close() {
        closed = true;
        variables.clear();
        programs.clear();
    }

    /** The present value; never written to, so that it need not be copied. */
    Array value(Variable variable) {
        requireOpen();
        return variables.computeIfAbsent(variable, v -> Array.copyOf(v.initial()));
    }

    void assign(Variable variable, Array value) {
        variables.put(variable, value);
    }

    void forget(ReferenceExecutable program) {
        programs.remove(program);
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the device reference is closed");
        }
    }

    private static void requireType(Variable variable, TensorType given) {
        if (!variable.type().equals(given)) {
            throw new IllegalArgumentException("variable " + variable + " cannot take a value " + given);
        }
    }

    static void requireFloats(String what, TensorType type, int count) {
        if (type.dtype() != DType.F32 || type.shape().size() != count) {
            throw new IllegalArgumentException(what + " is " + type + ", not " + count + " floats");
        }
    }
}
