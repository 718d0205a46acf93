// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.List;

/**
 * What is written in a file of PTX, before anything is resolved.
 *
 * @param variables of the module: global, constant and dynamic shared memory
 * @param functions kernels and device functions
 */
record PtxModule(List<Variable> variables, List<Function> functions) {

    /**
     * Memory with a name.
     *
     * @param space global, const, shared, local or param
     * @param alignment in bytes
     * @param type of an element
     * @param name by which instructions call it
     * @param bytes in all; 0 for dynamic shared memory
     * @param initial values of the first elements, numbers or names of other variables
     */
    record Variable(String space, int alignment, PtxType type, String name, int bytes, List<String> initial) {}

    /**
     * A kernel or a device function.
     *
     * @param entry whether it is a kernel
     * @param results parameters that a device function writes
     * @param maximumThreads of a block, 0 where nothing is said
     * @param requiredBlock extents that a launch must have, empty where nothing is said
     */
    record Function(boolean entry, String name, List<Variable> results, List<Variable> parameters,
            int maximumThreads, List<Integer> requiredBlock, List<Statement> body) {}

    /** A line of a body. */
    sealed interface Statement {}

    record Open() implements Statement {}

    record Close() implements Statement {}

    record Label(String name) implements Statement {}

    /** Registers: names end in {@code <n>} for n numbered ones. */
    record Registers(PtxType type, List<String> names) implements Statement {}

    record Declaration(Variable variable) implements Statement {}

    /** Where an indexed branch may go. */
    record Targets(String name, List<String> labels) implements Statement {}

    /**
     * An instruction.
     *
     * @param guard predicate that lanes must have to take part, empty if none
     * @param negated whether they must not have it
     * @param parts of the operation's name, as in add, rn, f32
     * @param operands as they are written
     */
    record Instruction(String guard, boolean negated, List<String> parts, List<String> operands, String text, int line)
            implements Statement {

        String operation() {
            return parts.getFirst();
        }

        boolean has(String part) {
            return parts.contains(part);
        }

        /** The type at the end of the name. */
        PtxType type() {
            return PtxType.of(parts.getLast(), this);
        }

        String operand(int index) {
            if (index >= operands.size()) {
                throw unknown("has too few operands");
            }
            return operands.get(index);
        }

        KernelFault unknown(String why) {
            return new KernelFault(KernelFault.Kind.UNKNOWN_INSTRUCTION,
                    "the emulator cannot run '" + text + "' (line " + line + "): " + why);
        }
    }
}
