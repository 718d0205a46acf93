// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.Relation;

/**
 * A step of a {@link BlockProgram}: registers by number, and what the code needs besides.
 *
 * @param out the register that is written; of a store the one that is read
 * @param a the first operand; of a choice the condition
 * @param isFloat whether a load or store moves floats
 * @param operand the memory of a load or store
 */
record BlockStep(BlockCode code, int out, int a, int b, int c, float p, float q, Relation relation, boolean isFloat,
        BlockOperand operand) {

    static BlockStep of(BlockCode code, int out, int a, int b, int c) {
        return new BlockStep(code, out, a, b, c, 0, 0, Relation.EQUAL, true, BlockOperand.NONE);
    }

    static BlockStep of(BlockCode code, int out, int a, float p, float q) {
        return new BlockStep(code, out, a, 0, 0, p, q, Relation.EQUAL, true, BlockOperand.NONE);
    }

    static BlockStep of(BlockCode code, int out, int a, int b, float p, float q) {
        return new BlockStep(code, out, a, b, 0, p, q, Relation.EQUAL, true, BlockOperand.NONE);
    }

    static BlockStep compare(BlockCode code, Relation relation, int out, int a, int b) {
        return new BlockStep(code, out, a, b, 0, 0, 0, relation, true, BlockOperand.NONE);
    }

    static BlockStep move(BlockCode code, int register, BlockOperand operand) {
        return new BlockStep(code, register, 0, 0, 0, 0, 0, Relation.EQUAL, operand.isFloat(), operand);
    }
}
