// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Executable;
import dev.topple.engine.compile.BufferPlanner;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A lowered and planned program. */
final class CpuProgram implements Executable {

    private final CpuDevice device;
    private PreparedPart prepared;
    private CpuInstruction[] instructions;
    private final Map<String, TensorType> inputTypes = new LinkedHashMap<>();
    private final Map<String, TensorType> outputTypes = new LinkedHashMap<>();
    private final Map<String, Slot> inputs;
    private final Map<String, Slot> outputs;
    private final Set<String> unfed;
    private final VariableStorage[] assigned;
    private final VariableStorage[] variables;
    private final Arena arena;
    private final Arena.Need need;
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
        this.prepared = lowered.prepared();
        this.instructions = lowered.instructions().toArray(CpuInstruction[]::new);
        this.inputs = lowered.inputs();
        this.outputs = lowered.outputs();
        this.unfed = new LinkedHashSet<>(inputs.keySet());
        this.variables = variables.toArray(VariableStorage[]::new);
        this.assigned = assigned.toArray(VariableStorage[]::new);
        graph.inputs().forEach((name, value) -> inputTypes.put(name, value.type()));
        graph.outputs().forEach((name, value) -> outputTypes.put(name, value.type()));
        List<CpuInstruction> all = new ArrayList<>(prepared.instructions());
        all.addAll(lowered.instructions());
        BufferPlanner.Plan plan = BufferPlanner.plan(all);
        arena = device.context().arena();
        need = new Arena.Need(plan.sizes().get(DType.F32), plan.sizes().get(DType.I32));
        Arena.Need own = new Arena.Need(plan.persistentSizes().get(DType.F32), plan.persistentSizes().get(DType.I32));
        arenaBytes = need.bytes() + own.bytes();
        Memory kept = own.memory();
        Set<Slot> slots = new HashSet<>();
        for (CpuInstruction instruction : all) {
            slots.addAll(instruction.readSlots());
            slots.addAll(instruction.writtenSlots());
        }
        slots.forEach(slot -> slot.place(plan, arena.memory(), kept));
        arena.retain(need);
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
        arena.prepare();
        try {
            prepared.run(device.context().workers());
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
        int line = 0;
        if (!prepared.instructions().isEmpty()) {
            text.append(String.format("before the first run, and again when a variable has changed:%n"));
            line = explain(text, prepared.instructions(), line);
            text.append(String.format("in each run:%n"));
        }
        explain(text, List.of(instructions), line);
        long bytes = 0;
        int forms = 0;
        for (PackedWeight weight : packedWeights()) {
            if (weight.slots().isEmpty()) {
                bytes += 4L * weight.size();
                forms++;
            }
        }
        text.append(String.format("arena: %d bytes at most, of which %d are shared with other programs%n", arenaBytes,
                need.bytes()));
        text.append(String.format("prepared weights: %d forms of %d bytes, shared with other programs%n", forms,
                bytes));
        return text.toString();
    }

    private static int explain(StringBuilder text, List<CpuInstruction> instructions, int first) {
        int line = first;
        for (CpuInstruction instruction : instructions) {
            text.append(String.format("%4d  %s  (%d bytes read, %d written)%n", line++, instruction.describe(),
                    instruction.bytesRead(), instruction.bytesWritten()));
            if (!instruction.reason().isEmpty()) {
                text.append("        ").append(instruction.reason()).append(System.lineSeparator());
            }
        }
        return line;
    }

    private List<PackedWeight> packedWeights() {
        return Stream.concat(prepared.instructions().stream(), Stream.of(instructions))
                .filter(PackInstruction.class::isInstance)
                .map(instruction -> ((PackInstruction) instruction).packed()).toList();
    }

    @Override
    public long arenaBytes() {
        return arenaBytes;
    }

    /** The instructions of each run, for measurements. */
    CpuInstruction[] instructions() {
        return instructions.clone();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            packedWeights().forEach(PackedWeight::release);
            arena.release(need);
            // A closed program may stay within reach for long; its memory, which these lead to, must not.
            prepared = PreparedPart.NONE;
            instructions = new CpuInstruction[0];
            inputs.clear();
            outputs.clear();
            for (VariableStorage variable : variables) {
                variable.release();
            }
        }
    }
}
