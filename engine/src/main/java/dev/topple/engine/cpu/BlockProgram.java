// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.BlockArithmetic;
import dev.topple.engine.cpu.kernel.ElementKernels;
import dev.topple.engine.cpu.kernel.LaneKernels;

/**
 * A fused expression over elements of one shape: a little program whose registers are blocks of {@link Scratch#BLOCK}
 * elements, which stay in the first-level cache while memory is read and written once. Elements do not influence each
 * other, so blocks may be computed in any order by anybody.
 *
 * <p>What runs are the steps as {@link DirectSteps} rewrote them: arithmetic takes its operands from memory and leaves
 * its result there, so that most loads and stores of registers are no steps of their own.
 */
final class BlockProgram {

    private final BlockStep[] once;
    private final BlockStep[] each;
    private final DirectStep[] direct;
    private final int floatRegisters;
    private final int intRegisters;

    /**
     * A program.
     *
     * @param once steps whose registers hold the same for all blocks; never written by others
     * @param each steps for every block, in order
     */
    BlockProgram(BlockStep[] once, BlockStep[] each, int floatRegisters, int intRegisters) {
        this.once = once.clone();
        this.each = each.clone();
        this.direct = DirectSteps.of(each);
        this.floatRegisters = floatRegisters;
        this.intRegisters = intRegisters;
    }

    /** The steps before all blocks. */
    BlockStep[] once() {
        return once;
    }

    /** The steps of each block, as they were written. */
    BlockStep[] each() {
        return each;
    }

    int floatRegisters() {
        return floatRegisters;
    }

    int intRegisters() {
        return intRegisters;
    }

    /** Computes the elements {@code from … to - 1}. */
    void run(int from, int to, float[][] f, int[][] i, LaneKernels lanes) {
        for (BlockStep step : once) {
            broadcast(step, f, i, 0, Scratch.BLOCK);
        }
        ElementKernels kernels = to - from < LaneKernels.WIDTH ? lanes.plainElements() : lanes.elements();
        for (int start = from; start < to; start += Scratch.BLOCK) {
            int n = Math.min(Scratch.BLOCK, to - start);
            for (DirectStep step : direct) {
                if (step.isMove()) {
                    if (start > from && step.step().operand().isSame(start, n)) {
                        continue;
                    }
                    move(step.step(), f, i, start, n);
                } else if (step.isRegisters()) {
                    registers(step.step(), f, i, n, kernels);
                } else {
                    floats(step, f, i, start, n, kernels);
                }
            }
        }
    }

    private static void move(BlockStep s, float[][] f, int[][] i, int start, int n) {
        Slot slot = s.operand().slot();
        switch (s.code()) {
            case LOAD -> System.arraycopy(slot.array(), slot.offset() + start, block(s, f, i), 0, n);
            case STORE -> System.arraycopy(block(s, f, i), 0, slot.array(), slot.offset() + start, n);
            default -> broadcast(s, f, i, start, n);
        }
    }

    private static Object block(BlockStep step, float[][] f, int[][] i) {
        return step.isFloat() ? f[step.out()] : i[step.out()];
    }

    private static void broadcast(BlockStep s, float[][] f, int[][] i, int start, int n) {
        if (s.isFloat()) {
            s.operand().load(f[s.out()], start, n);
        } else {
            s.operand().load(i[s.out()], start, n);
        }
    }

    private static void floats(DirectStep d, float[][] f, int[][] i, int start, int n, ElementKernels k) {
        BlockStep s = d.step();
        float[] out = d.out().array(f);
        int to = d.out().at(start);
        float[] a = d.a().array(f);
        int at = d.a().at(start);
        float[] b = d.b().array(f);
        int bt = d.b().at(start);
        switch (s.code()) {
            case ADD -> k.add(out, to, a, at, b, bt, n);
            case SUBTRACT -> k.subtract(out, to, a, at, b, bt, n);
            case MULTIPLY -> k.multiply(out, to, a, at, b, bt, n);
            case DIVIDE -> k.divide(out, to, a, at, b, bt, n);
            case MAXIMUM -> k.maximum(out, to, a, at, b, bt, n);
            case MINIMUM -> k.minimum(out, to, a, at, b, bt, n);
            case NEGATE -> k.negate(out, to, a, at, n);
            case ABS -> k.abs(out, to, a, at, n);
            case SQRT -> k.sqrt(out, to, a, at, n);
            case CLAMP -> k.clamp(out, to, a, at, s.p(), s.q(), n);
            case CLAMP_GRADIENT -> k.clampGradient(out, to, a, at, b, bt, s.p(), s.q(), n);
            case RELU -> k.relu(out, to, a, at, n);
            case INVERSE -> k.inverse(out, to, a, at, n);
            case RELU_GRADIENT -> k.reluGradient(out, to, a, at, b, bt, n);
            case SIGN -> k.sign(out, to, a, at, n);
            case EXP -> k.exp(out, to, a, at, n);
            case LOG -> k.log(out, to, a, at, n);
            case SIGMOID -> k.sigmoid(out, to, a, at, b, bt, n);
            case TANH -> k.tanh(out, to, a, at, b, bt, n);
            case COMPARE -> k.compare(s.relation(), i[s.out()], 0, a, at, b, bt, n);
            case CHOOSE -> k.choose(out, to, i[s.a()], 0, a, at, b, bt, n);
            default -> throw new IllegalStateException(s.code() + " is no step on floats in memory");
        }
    }

    private static void registers(BlockStep s, float[][] f, int[][] i, int n, ElementKernels k) {
        switch (s.code()) {
            case POWER -> BlockArithmetic.power(f[s.out()], f[s.a()], s.p(), n);
            case INVERSE_SQRT -> BlockArithmetic.inverseSqrt(f[s.out()], f[s.a()], n);
            case TO_INT -> BlockArithmetic.toInt(i[s.out()], f[s.a()], n);
            case TO_FLOAT -> BlockArithmetic.toFloat(f[s.out()], i[s.a()], n);
            case I_ADD -> BlockArithmetic.add(i[s.out()], i[s.a()], i[s.b()], n);
            case I_SUBTRACT -> BlockArithmetic.subtract(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MULTIPLY -> BlockArithmetic.multiply(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MAXIMUM -> BlockArithmetic.maximum(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MINIMUM -> BlockArithmetic.minimum(i[s.out()], i[s.a()], i[s.b()], n);
            case I_AND -> BlockArithmetic.and(i[s.out()], i[s.a()], i[s.b()], n);
            case I_OR -> BlockArithmetic.or(i[s.out()], i[s.a()], i[s.b()], n);
            case I_NOT -> BlockArithmetic.not(i[s.out()], i[s.a()], n);
            case I_COMPARE -> k.compare(s.relation(), i[s.out()], 0, i[s.a()], 0, i[s.b()], 0, n);
            case I_CHOOSE -> k.choose(i[s.out()], 0, i[s.a()], 0, i[s.b()], 0, i[s.c()], 0, n);
            default -> throw new IllegalStateException(s.code() + " is no step on registers");
        }
    }
}
