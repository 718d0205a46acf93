// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.parallel.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The instructions of a program that depend on variables and constants alone. Each is run before the others, but only
 * if what it serves is not there or was made of older values. What is kept between runs is packed weights and slots
 * with a place of their own; what lies in between is made again whenever one of them must be.
 */
final class PreparedPart {

    /** A part of no instructions. */
    static final PreparedPart NONE = new PreparedPart(List.of());

    private final CpuInstruction[] instructions;
    private final Versions[] versions;
    /** For each instruction those that write what it reads and what is not kept. */
    private final int[][] feeders;
    private final boolean[] keeps;
    private final boolean[] due;

    /**
     * The part.
     *
     * @param lowered each after those that it depends on
     */
    PreparedPart(List<CpuInstruction> lowered) {
        instructions = ordered(lowered).toArray(CpuInstruction[]::new);
        versions = new Versions[instructions.length];
        feeders = new int[instructions.length][];
        keeps = new boolean[instructions.length];
        due = new boolean[instructions.length];
        Map<Slot, Integer> writers = new HashMap<>();
        List<Set<VariableStorage>> variables = new ArrayList<>();
        for (int i = 0; i < instructions.length; i++) {
            Set<VariableStorage> of = new LinkedHashSet<>();
            Set<Integer> feeding = new LinkedHashSet<>();
            for (Slot slot : instructions[i].readSlots()) {
                slot.variable().ifPresent(of::add);
                Integer writer = writers.get(slot);
                if (writer != null) {
                    of.addAll(variables.get(writer));
                    if (!keeps(slot)) {
                        feeding.add(writer);
                    }
                }
            }
            for (Slot slot : instructions[i].writtenSlots()) {
                writers.put(slot, i);
            }
            keeps[i] = keeps(instructions[i]);
            variables.add(of);
            versions[i] = new Versions(of);
            feeders[i] = feeding.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    private static boolean keeps(Slot slot) {
        return slot.buffer().isPresent() && slot.buffer().get().persistent();
    }

    /** Whether something that an instruction makes is kept. */
    private static boolean keeps(CpuInstruction instruction) {
        return instruction instanceof PackInstruction
                || instruction.writtenSlots().stream().anyMatch(PreparedPart::keeps);
    }

    /** What is not kept is made just before it is needed, so that it takes memory for a short time. */
    private static List<CpuInstruction> ordered(List<CpuInstruction> lowered) {
        Map<Slot, Integer> writers = new HashMap<>();
        for (int i = 0; i < lowered.size(); i++) {
            for (Slot slot : lowered.get(i).writtenSlots()) {
                writers.put(slot, i);
            }
        }
        List<CpuInstruction> ordered = new ArrayList<>();
        BitSet done = new BitSet();
        for (int goal = 0; goal < lowered.size(); goal++) {
            BitSet needed = new BitSet();
            needed.set(goal, keeps(lowered.get(goal)));
            for (int i = goal; i >= 0; i--) {
                if (needed.get(i)) {
                    for (Slot slot : lowered.get(i).readSlots()) {
                        Integer writer = writers.get(slot);
                        if (writer != null) {
                            needed.set(writer);
                        }
                    }
                }
            }
            needed.andNot(done);
            needed.stream().forEach(i -> ordered.add(lowered.get(i)));
            done.or(needed);
        }
        return ordered;
    }

    /** The instructions in the order in which they are run. */
    List<CpuInstruction> instructions() {
        return Arrays.asList(instructions);
    }

    private boolean current(int i) {
        return instructions[i] instanceof PackInstruction pack ? pack.packed().current() : versions[i].current();
    }

    /** Makes what is not up to date. */
    void run(Workers workers) {
        boolean any = false;
        for (int i = 0; i < instructions.length; i++) {
            due[i] = keeps[i] && !current(i);
            any |= due[i];
        }
        if (!any) {
            return;
        }
        for (int i = instructions.length - 1; i >= 0; i--) {
            for (int f = 0; due[i] && f < feeders[i].length; f++) {
                due[feeders[i][f]] = true;
            }
        }
        for (int i = 0; i < instructions.length; i++) {
            if (due[i]) {
                instructions[i].run(workers);
                versions[i].note();
            }
        }
    }
}
