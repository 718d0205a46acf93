// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.PreparedSteps;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;
import java.util.Optional;

/** The instructions of a program that depend on variables and constants alone, of which each run does what is due. */
final class PreparedPart {

    /** A part of no instructions. */
    static final PreparedPart NONE = new PreparedPart(List.of());

    private final PreparedSteps steps;
    private final List<CpuInstruction> instructions;

    /**
     * The part.
     *
     * @param lowered each after those that it depends on
     */
    PreparedPart(List<CpuInstruction> lowered) {
        steps = PreparedSteps.of(lowered.stream().map(PreparedPart::step).toList(), PreparedPart::keeps,
                Slot::variable);
        instructions = steps.ordered(lowered);
    }

    private static PreparedSteps.Step<Slot> step(CpuInstruction instruction) {
        return new PreparedSteps.Step<>(instruction.readSlots(), instruction.writtenSlots(),
                instruction instanceof PackInstruction pack ? Optional.of(pack.packed()::current) : Optional.empty());
    }

    private static boolean keeps(Slot slot) {
        return slot.buffer().isPresent() && slot.buffer().get().persistent();
    }

    /** The instructions in the order in which they are run. */
    List<CpuInstruction> instructions() {
        return instructions;
    }

    /** Makes what is not up to date. */
    void run(Workers workers) {
        if (steps.check()) {
            for (int i = 0; i < instructions.size(); i++) {
                if (steps.isDue(i)) {
                    instructions.get(i).run(workers);
                    steps.done(i);
                }
            }
        }
    }
}
