// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/**
 * A place for a value of each lane.
 *
 * @param bank which of a warp's arrays
 * @param index in it
 * @param bits that it holds
 */
record Register(Bank bank, int index, int bits) {

    /** The arrays of a warp. */
    enum Bank {
        /** Values of up to 32 bits; shorter ones have zeros above. */
        WORD,
        /** Values of 64 bits. */
        WIDE,
        /** One bit. */
        PREDICATE
    }

    boolean wide() {
        return bank == Bank.WIDE;
    }

    /** The bits of a lane; those above 32 of a word are zero. */
    long get(Warp w, int lane) {
        return switch (bank) {
            case WORD -> w.word[index][lane] & 0xffffffffL;
            case WIDE -> w.wide[index][lane];
            case PREDICATE -> w.predicate[index] >>> lane & 1;
        };
    }

    /** Sets the bits of a lane, not whether they are defined. */
    void set(Warp w, int lane, long value) {
        switch (bank) {
            case WORD -> w.word[index][lane] = (int) value;
            case WIDE -> w.wide[index][lane] = value;
            case PREDICATE -> w.predicate[index] = w.predicate[index] & ~(1 << lane) | (int) (value & 1) << lane;
        }
    }

    /** The lanes that have a value. */
    int defined(Warp w) {
        return switch (bank) {
            case WORD -> w.wordDefined[index];
            case WIDE -> w.wideDefined[index];
            case PREDICATE -> w.predicateDefined[index];
        };
    }

    void define(Warp w, int mask, int defined) {
        int[] all = switch (bank) {
            case WORD -> w.wordDefined;
            case WIDE -> w.wideDefined;
            case PREDICATE -> w.predicateDefined;
        };
        all[index] = all[index] & ~mask | mask & defined;
    }
}
