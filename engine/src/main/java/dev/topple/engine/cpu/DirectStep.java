// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

/**
 * A step of a {@link BlockProgram} with the places of its floats: registers or memory. A step whose code moves values
 * or works on registers alone ignores them.
 *
 * @param out where the result goes
 * @param a the first operand on floats; of a choice the one that is taken where the condition holds
 * @param b the second operand on floats, or any place if there is none
 */
record DirectStep(BlockStep step, Kind kind, Place out, Place a, Place b) {

    /** What becomes of a step. */
    enum Kind {
        /** Arithmetic on floats, each in a register or in memory. */
        FLOATS,
        /** Work on registers alone. */
        REGISTERS,
        /** A load, a store or a broadcast. */
        MOVE
    }

    /**
     * A register, or elements of memory in the order of the result.
     *
     * @param register its number; -1 for memory
     * @param slot the memory; any slot for a register
     */
    record Place(int register, Slot slot) {

        static Place register(int number) {
            return new Place(number, BlockOperand.NONE.slot());
        }

        static Place memory(Slot slot) {
            return new Place(-1, slot);
        }

        float[] array(float[][] registers) {
            return register >= 0 ? registers[register] : slot.floats();
        }

        /** Where the block that begins at an element of the result lies in the array. */
        int at(int start) {
            return register >= 0 ? 0 : slot.offset() + start;
        }
    }

    boolean isMove() {
        return kind == Kind.MOVE;
    }

    boolean isRegisters() {
        return kind == Kind.REGISTERS;
    }
}
