// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * How values leave a program. Outputs lie in memory that keeps its contents. A new value of a variable is computed
 * right into the variable where nobody reads the old one any more; otherwise it is copied at the end. A variable's old
 * value that leaves under a name or goes to another variable is saved before anything happens.
 */
final class Endings {

    private final Graph graph;
    private final List<CpuInstruction> instructions;
    private final Function<Value, Slot> slots;
    private final Function<Variable, VariableStorage> variables;
    private final Set<Variable> assigned;
    private final List<CpuInstruction> before = new ArrayList<>();
    private final List<CpuInstruction> after = new ArrayList<>();
    private final Set<Slot> moved = new HashSet<>();

    Endings(Graph graph, List<CpuInstruction> instructions, Function<Value, Slot> slots,
            Function<Variable, VariableStorage> variables) {
        this.graph = graph;
        this.instructions = instructions;
        this.slots = slots;
        this.variables = variables;
        this.assigned = graph.assignments().keySet();
    }

    /** Adds the copies that are needed and returns where the outputs lie. */
    Map<String, Slot> finish() {
        Map<String, Slot> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, value) -> outputs.put(name, output(name, value)));
        graph.assignments().forEach(this::assign);
        instructions.addAll(0, before);
        instructions.addAll(after);
        return outputs;
    }

    private Slot output(String name, Value value) {
        Slot slot = slots.apply(value);
        Op origin = GraphFacts.root(value).node().op();
        if (origin instanceof Source.Read || origin instanceof Source.Input) {
            Slot copy = Slot.persistent(slot.dtype(), slot.size());
            before.add(new CopyInstruction(slot, copy, "to output " + name));
            return copy;
        }
        return slot;
    }

    private void assign(Variable variable, Value value) {
        Slot slot = slots.apply(value);
        VariableStorage target = variables.apply(variable);
        Value root = GraphFacts.root(value);
        if (root.node().op() instanceof Source.Read read && read.variable() == variable) {
            return;
        }
        if (root.node().op() instanceof Source.Read read && assigned.contains(read.variable())) {
            Slot saved = Slot.working(slot.dtype(), slot.size());
            before.add(new CopyInstruction(slot, saved, "old value of " + read.variable().name()));
            after.add(new CopyInstruction(saved, Slot.variable(target), "to " + variable.name()));
        } else if (mayMove(root, slot, target)) {
            moved.add(slot);
            slot.moveTo(target);
        } else {
            after.add(new CopyInstruction(slot, Slot.variable(target), "to " + variable.name()));
        }
    }

    /** Whether a value can be computed right into a variable. */
    private boolean mayMove(Value root, Slot slot, VariableStorage target) {
        boolean computed = !(root.node().op() instanceof Source);
        if (!computed || moved.contains(slot) || slot.buffer().isEmpty() || slot.buffer().get().persistent()) {
            return false;
        }
        boolean written = false;
        for (CpuInstruction instruction : instructions) {
            boolean writes = instruction.writtenSlots().contains(slot);
            for (Slot read : instruction.readSlots()) {
                boolean old = read != slot && read.variable().filter(storage -> storage == target).isPresent();
                if (old && (written || (writes && !instruction.mayOverwrite(read, slot)))) {
                    return false;
                }
            }
            written |= writes;
        }
        return written;
    }
}
