// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/**
 * A decoded instruction.
 *
 * @param guard predicate register, -1 if none
 * @param target of a branch
 * @param targets of an indexed branch
 * @param lanes register that says which lanes of the warp must take part; -1: all 32
 * @param barrier what a barrier does
 * @param instruction as it is written, for messages
 */
record Step(Kind kind, int guard, boolean negated, Action action, int target, int[] targets, int lanes, Barrier barrier,
        PtxModule.Instruction instruction) {

    /** How the warp goes on after it. */
    enum Kind {
        /** With the next one. */
        PLAIN,
        /** At the target, for the lanes that take part. */
        BRANCH,
        /** At one of the targets, which the action has put into {@link Warp#chosen}. */
        INDEXED,
        /** Not at all. */
        EXIT,
        /** With the next one when all lanes asked for are there. */
        TOGETHER,
        /** With the next one when all threads of the block are there. */
        BARRIER
    }

    /**
     * A barrier of a block.
     *
     * @param number register that holds which one
     * @param threads register that holds how many, -1 for all
     * @param arrive whether the threads go on at once
     * @param combine none, popc, and, or
     * @param source predicate register to combine
     * @param negated whether its opposite is meant
     * @param result register, of predicates for and and or
     */
    record Barrier(int number, int threads, boolean arrive, String combine, int source, boolean negated, int result) {}

    static Step plain(int guard, boolean negated, Action action, PtxModule.Instruction of) {
        return new Step(Kind.PLAIN, guard, negated, action, -1, null, -1, null, of);
    }
}
