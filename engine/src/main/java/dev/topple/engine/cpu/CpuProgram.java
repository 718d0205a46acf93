// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Executable;
import dev.topple.engine.compile.BufferPlanner;
import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A lowered and planned program. */
final class CpuProgram implements Executable {

    private final CpuDevice device;
    private CpuInstruction[] instructions;
    private final Map<String, TensorType> inputTypes = new LinkedHashMap<>();
    private final Map<String, TensorType> outputTypes = new LinkedHashMap<>();
    private final Map<String, Slot> inputs;
    private final Map<String, Slot> outputs;
    private final Set<String> unfed;
    private final VariableStorage[] assigned;
    private final VariableStorage[] variables;
    private final long arenaBytes;
    private boolean ran;
    private boolean closed;

    /**
     * Plans what was lowered.
     *
     * @param graph what was compiled, before anything was dropped
     * @param variables all that the program reads or assigns
     * @param assigned those that it assigns
     */
    CpuProgram(CpuDevice device, Graph graph, Lowering.Lowered lowered, List<VariableStorage> variables,
            List<VariableStorage> assigned) {
        this.device = device;
        this.instructions = lowered.instructions().toArray(CpuInstruction[]::new);
        this.inputs = lowered.inputs();
        this.outputs = lowered.outputs();
        this.unfed = new LinkedHashSet<>(inputs.keySet());
        this.variables = variables.toArray(VariableStorage[]::new);
        this.assigned = assigned.toArray(VariableStorage[]::new);
        graph.inputs().forEach((name, value) -> inputTypes.put(name, value.type()));
        graph.outputs().forEach((name, value) -> outputTypes.put(name, value.type()));
        BufferPlanner.Plan plan = BufferPlanner.plan(lowered.instructions());
        float[] floats = new float[CacheLine.FIRST + plan.sizes().get(DType.F32)];
        int[] ints = new int[CacheLine.FIRST + plan.sizes().get(DType.I32)];
        arenaBytes = 4L * (floats.length + (long) ints.length);
        Set<Slot> slots = new HashSet<>();
        for (CpuInstruction instruction : instructions) {
            slots.addAll(instruction.readSlots());
            slots.addAll(instruction.writtenSlots());
        }
        slots.forEach(slot -> slot.place(plan, floats, ints));
        variables.forEach(VariableStorage::retain);
        packedWeights().forEach(PackedWeight::retain);
    }

    private static TensorType known(Map<String, TensorType> types, String what, String name) {
        TensorType type = types.get(name);
        if (type == null) {
            throw new IllegalArgumentException("the program has no " + what + " '" + name + "'; it has "
                    + String.join(", ", types.keySet()));
        }
        return type;
    }

    private static void same(TensorType expected, Tensor tensor, String what, String name) {
        if (!tensor.type().equals(expected)) {
            throw new IllegalArgumentException(
                    what + " '" + name + "' is " + expected + ", but the tensor is " + tensor.type());
        }
    }

    private void open() {
        device.checkOpen();
        if (closed) {
            throw new IllegalStateException("the program is closed");
        }
    }

    @Override
    public void feed(String input, Tensor value) {
        open();
        same(known(inputTypes, "input", input), value, "input", input);
        Slot slot = inputs.get(input);
        // An input that nothing depends on has no place.
        if (slot != null) {
            HostCopy.store(value, slot);
            unfed.remove(input);
        }
    }

    @Override
    public void run() {
        open();
        if (!unfed.isEmpty()) {
            throw new IllegalStateException("nothing was fed to input '" + unfed.iterator().next() + "'");
        }
        ran = false;
        try {
            for (CpuInstruction instruction : instructions) {
                instruction.run(device.context().workers());
            }
            ran = true;
        } finally {
            for (VariableStorage variable : assigned) {
                variable.changed();
            }
        }
    }

    @Override
    public void fetch(String output, Tensor into) {
        open();
        same(known(outputTypes, "output", output), into, "output", output);
        if (!ran) {
            throw new IllegalStateException("output '" + output + "' is not there before the program has run");
        }
        HostCopy.load(outputs.get(output), into);
    }

    @Override
    public Tensor fetch(String output) {
        Tensor tensor = Tensor.zeros(known(outputTypes, "output", output));
        fetch(output, tensor);
        return tensor;
    }

    @Override
    public String explain() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < instructions.length; i++) {
            CpuInstruction instruction = instructions[i];
            text.append(String.format("%4d  %s  (%d bytes read, %d written)%n", i, instruction.describe(),
                    instruction.bytesRead(), instruction.bytesWritten()));
            if (!instruction.reason().isEmpty()) {
                text.append("        ").append(instruction.reason()).append(System.lineSeparator());
            }
        }
        long prepared = 0;
        int forms = 0;
        for (PackedWeight weight : packedWeights()) {
            if (weight.slots().isEmpty()) {
                prepared += 4L * weight.size();
                forms++;
            }
        }
        text.append(String.format("arena: %d bytes at most%n", arenaBytes));
        text.append(String.format("prepared weights: %d forms of %d bytes, shared with other programs%n", forms,
                prepared));
        return text.toString();
    }

    private List<PackedWeight> packedWeights() {
        return Arrays.stream(instructions).filter(PackInstruction.class::isInstance)
                .map(instruction -> ((PackInstruction) instruction).packed()).toList();
    }

    @Override
    public long arenaBytes() {
        return arenaBytes;
    }

    /** The instructions, for measurements. */
    CpuInstruction[] instructions() {
        return instructions.clone();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            packedWeights().forEach(PackedWeight::release);
            // A closed program may stay within reach for long; its arena, which these lead to, must not.
            instructions = new CpuInstruction[0];
            inputs.clear();
            outputs.clear();
            for (VariableStorage variable : variables) {
                variable.release();
            }
        }
    }
}
