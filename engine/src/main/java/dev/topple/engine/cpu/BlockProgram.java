// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.BlockArithmetic;
import dev.topple.engine.cpu.kernel.LaneKernels;

/**
 * A fused expression over elements of one shape: a little program whose registers are blocks of {@link Scratch#BLOCK}
 * elements, which stay in the first-level cache while memory is read and written once. Elements do not influence each
 * other, so blocks may be computed in any order by anybody.
 *
 * @param once steps whose registers hold the same for all blocks; never written by others
 * @param each steps for every block, in order
 */
record BlockProgram(BlockStep[] once, BlockStep[] each, int floatRegisters, int intRegisters) {

    /** Computes the elements {@code from … to - 1}. */
    void run(int from, int to, float[][] f, int[][] i, LaneKernels lanes) {
        for (BlockStep step : once) {
            execute(step, f, i, 0, Scratch.BLOCK, lanes);
        }
        for (int start = from; start < to; start += Scratch.BLOCK) {
            int n = Math.min(Scratch.BLOCK, to - start);
            for (BlockStep step : each) {
                execute(step, f, i, start, n, lanes);
            }
        }
    }

    private static void execute(BlockStep s, float[][] f, int[][] i, int start, int n, LaneKernels lanes) {
        switch (s.code()) {
            case LOAD -> {
                Slot slot = s.operand().slot();
                System.arraycopy(slot.array(), slot.offset() + start, block(s, f, i), 0, n);
            }
            case STORE -> {
                Slot slot = s.operand().slot();
                System.arraycopy(block(s, f, i), 0, slot.array(), slot.offset() + start, n);
            }
            case LOAD_BROADCAST -> {
                if (s.isFloat()) {
                    s.operand().load(f[s.out()], start, n);
                } else {
                    s.operand().load(i[s.out()], start, n);
                }
            }
            case ADD -> BlockArithmetic.add(f[s.out()], f[s.a()], f[s.b()], n);
            case SUBTRACT -> BlockArithmetic.subtract(f[s.out()], f[s.a()], f[s.b()], n);
            case MULTIPLY -> BlockArithmetic.multiply(f[s.out()], f[s.a()], f[s.b()], n);
            case DIVIDE -> BlockArithmetic.divide(f[s.out()], f[s.a()], f[s.b()], n);
            case MAXIMUM -> BlockArithmetic.maximum(f[s.out()], f[s.a()], f[s.b()], n);
            case MINIMUM -> BlockArithmetic.minimum(f[s.out()], f[s.a()], f[s.b()], n);
            case NEGATE -> BlockArithmetic.negate(f[s.out()], f[s.a()], n);
            case ABS -> BlockArithmetic.abs(f[s.out()], f[s.a()], n);
            case SQRT -> BlockArithmetic.sqrt(f[s.out()], f[s.a()], n);
            case CLAMP -> BlockArithmetic.clamp(f[s.out()], f[s.a()], s.p(), s.q(), n);
            case RELU -> BlockArithmetic.relu(f[s.out()], f[s.a()], n);
            case POWER -> BlockArithmetic.power(f[s.out()], f[s.a()], s.p(), n);
            case INVERSE -> BlockArithmetic.inverse(f[s.out()], f[s.a()], n);
            case INVERSE_SQRT -> BlockArithmetic.inverseSqrt(f[s.out()], f[s.a()], n);
            case RELU_GRADIENT -> lanes.reluGradient(f[s.out()], f[s.a()], f[s.b()], n);
            case SIGN -> lanes.sign(f[s.out()], f[s.a()], n);
            case EXP -> lanes.exp(f[s.out()], f[s.a()], n);
            case LOG -> lanes.log(f[s.out()], f[s.a()], n);
            case SIGMOID -> lanes.sigmoid(f[s.out()], f[s.a()], f[s.b()], n);
            case TANH -> lanes.tanh(f[s.out()], f[s.a()], f[s.b()], n);
            case COMPARE -> lanes.compare(s.relation(), i[s.out()], f[s.a()], f[s.b()], n);
            case CHOOSE -> lanes.choose(f[s.out()], i[s.a()], f[s.b()], f[s.c()], n);
            case TO_INT -> BlockArithmetic.toInt(i[s.out()], f[s.a()], n);
            case I_ADD -> BlockArithmetic.add(i[s.out()], i[s.a()], i[s.b()], n);
            case I_SUBTRACT -> BlockArithmetic.subtract(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MULTIPLY -> BlockArithmetic.multiply(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MAXIMUM -> BlockArithmetic.maximum(i[s.out()], i[s.a()], i[s.b()], n);
            case I_MINIMUM -> BlockArithmetic.minimum(i[s.out()], i[s.a()], i[s.b()], n);
            case I_AND -> BlockArithmetic.and(i[s.out()], i[s.a()], i[s.b()], n);
            case I_OR -> BlockArithmetic.or(i[s.out()], i[s.a()], i[s.b()], n);
            case I_NOT -> BlockArithmetic.not(i[s.out()], i[s.a()], n);
            case I_COMPARE -> lanes.compare(s.relation(), i[s.out()], i[s.a()], i[s.b()], n);
            case I_CHOOSE -> lanes.choose(i[s.out()], i[s.a()], i[s.b()], i[s.c()], n);
            case TO_FLOAT -> BlockArithmetic.toFloat(f[s.out()], i[s.a()], n);
        }
    }

    private static Object block(BlockStep step, float[][] f, int[][] i) {
        return step.isFloat() ? f[step.out()] : i[step.out()];
    }
}
