// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.DirectStep.Kind;
import dev.topple.engine.cpu.DirectStep.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rewrites the steps of a {@link BlockProgram} so that arithmetic on floats reads operands where they lie in memory and
 * writes results there. Every element of memory is still read before anything is written that was written after it in
 * the original, so what may share memory stays the same.
 */
final class DirectSteps {

    private final BlockStep[] steps;
    private final boolean[] dropped;
    private final Place[] results;
    private final Place[] loads;

    private DirectSteps(BlockStep[] steps) {
        this.steps = steps;
        this.dropped = new boolean[steps.length];
        this.results = new Place[steps.length];
        this.loads = new Place[steps.length];
    }

    static DirectStep[] of(BlockStep[] steps) {
        DirectSteps direct = new DirectSteps(steps);
        for (int i = 0; i < steps.length; i++) {
            direct.results[i] = Place.register(steps[i].out());
            direct.loads[i] = Place.register(steps[i].out());
        }
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].code() == BlockCode.STORE && steps[i].isFloat()) {
                direct.storeAtOnce(i);
            }
        }
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].code() == BlockCode.LOAD && steps[i].isFloat()) {
                direct.readInPlace(i);
            }
        }
        return direct.rewritten();
    }

    /** A value that is stored right after it was computed is computed into memory, and read from there later. */
    private void storeAtOnce(int store) {
        int made = store - 1;
        boolean possible = made >= 0 && kind(steps[made]) == Kind.FLOATS && steps[made].out() == steps[store].out()
                && writesFloats(steps[made])
                && results[made].register() >= 0 && readersOf(made).stream().allMatch(this::readsMemory);
        if (possible) {
            results[made] = Place.memory(steps[store].operand().slot());
            dropped[store] = true;
        }
    }

    /** A value that is read before anything is written to memory need not be loaded first. */
    private void readInPlace(int load) {
        List<Integer> readers = readersOf(load);
        boolean possible = readers.stream().allMatch(this::readsMemory);
        int last = readers.stream().mapToInt(Integer::intValue).max().orElse(load);
        for (int i = load; i < last && possible; i++) {
            possible = results[i].register() >= 0 && (steps[i].code() != BlockCode.STORE || dropped[i]);
        }
        if (possible) {
            loads[load] = Place.memory(steps[load].operand().slot());
            dropped[load] = true;
        }
    }

    private boolean readsMemory(int reader) {
        return kind(steps[reader]) == Kind.FLOATS || (steps[reader].code() == BlockCode.STORE && dropped[reader]);
    }

    /** The steps that read the float register which a step writes, before another one writes it. */
    private List<Integer> readersOf(int writer) {
        int register = steps[writer].out();
        List<Integer> readers = new ArrayList<>();
        for (int i = writer + 1; i < steps.length; i++) {
            if (Arrays.stream(operands(steps[i])).anyMatch(operand -> operand == register)) {
                readers.add(i);
            }
            if (writesFloats(steps[i]) && steps[i].out() == register) {
                break;
            }
        }
        return readers;
    }

    private DirectStep[] rewritten() {
        Map<Integer, Place> current = new HashMap<>();
        List<DirectStep> direct = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            BlockStep step = steps[i];
            if (!dropped[i]) {
                int[] in = operands(step);
                Place a = in.length > 0 ? place(current, in[0]) : results[i];
                Place b = in.length > 1 ? place(current, in[1]) : a;
                // A comparison's result is no float.
                Place out = step.code() == BlockCode.COMPARE ? a : results[i];
                direct.add(new DirectStep(step, kind(step), out, a, b));
            }
            if (step.code() == BlockCode.LOAD && step.isFloat()) {
                current.put(step.out(), loads[i]);
            } else if (writesFloats(step)) {
                current.put(step.out(), results[i]);
            }
        }
        return direct.toArray(DirectStep[]::new);
    }

    private static Place place(Map<Integer, Place> current, int register) {
        return current.getOrDefault(register, Place.register(register));
    }

    private static Kind kind(BlockStep step) {
        return switch (step.code()) {
            case LOAD, LOAD_BROADCAST, STORE -> Kind.MOVE;
            case POWER, INVERSE_SQRT, TO_INT, TO_FLOAT, I_ADD, I_SUBTRACT, I_MULTIPLY, I_MAXIMUM, I_MINIMUM, I_AND,
                    I_OR, I_NOT, I_COMPARE, I_CHOOSE -> Kind.REGISTERS;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, NEGATE, ABS, SQRT, CLAMP, RELU, RELU_GRADIENT,
                    CLAMP_GRADIENT, SIGN, EXP, LOG, SIGMOID, TANH, INVERSE, COMPARE, CHOOSE -> Kind.FLOATS;
        };
    }

    /** The float registers that a step reads. */
    private static int[] operands(BlockStep step) {
        return switch (step.code()) {
            case LOAD, LOAD_BROADCAST, TO_FLOAT, I_ADD, I_SUBTRACT, I_MULTIPLY, I_MAXIMUM, I_MINIMUM, I_AND, I_OR,
                    I_NOT, I_COMPARE, I_CHOOSE -> new int[0];
            case STORE -> step.isFloat() ? new int[] {step.out()} : new int[0];
            case NEGATE, ABS, SQRT, CLAMP, RELU, SIGN, EXP, LOG, POWER, INVERSE, INVERSE_SQRT, TO_INT ->
                    new int[] {step.a()};
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, RELU_GRADIENT, CLAMP_GRADIENT, SIGMOID, TANH,
                    COMPARE -> new int[] {step.a(), step.b()};
            case CHOOSE -> new int[] {step.b(), step.c()};
        };
    }

    private static boolean writesFloats(BlockStep step) {
        return switch (step.code()) {
            case LOAD, LOAD_BROADCAST -> step.isFloat();
            case STORE, COMPARE, TO_INT, I_ADD, I_SUBTRACT, I_MULTIPLY, I_MAXIMUM, I_MINIMUM, I_AND, I_OR, I_NOT,
                    I_COMPARE, I_CHOOSE -> false;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, NEGATE, ABS, SQRT, CLAMP, RELU, RELU_GRADIENT,
                    CLAMP_GRADIENT, SIGN, EXP, LOG, SIGMOID, TANH, POWER, INVERSE, INVERSE_SQRT, CHOOSE, TO_FLOAT ->
                    true;
        };
    }
}
