// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.List;
import java.util.Map;

/**
 * A kernel, ready to run: instructions with their registers numbered, device functions put in where they are called.
 *
 * @param words how many registers of up to 32 bits there are, constants and special ones included
 * @param wides how many of 64 bits
 * @param predicates how many of one bit
 * @param wordConstants registers that hold one value for good
 * @param wideConstants the same of 64 bits
 * @param predicateConstants the same of predicates, for all lanes
 * @param specials registers that hold what a special register says, by its name
 * @param sharedBytes of static shared memory
 * @param dynamicAt where dynamic shared memory starts
 * @param localBytes of a thread
 * @param maximumThreads of a block, 0 for no limit of its own
 * @param requiredBlock extents that a launch must have, or empty
 * @param traits what the instructions say about the checks that make sense
 */
record Program(String name, List<Step> steps, int words, int wides, int predicates, Map<Integer, Integer> wordConstants,
        Map<Integer, Long> wideConstants, Map<Integer, Integer> predicateConstants, Map<Integer, String> specials,
        List<Parameter> parameters, int parameterBytes, int sharedBytes, int dynamicAt, int localBytes,
        int maximumThreads, List<Integer> requiredBlock, Traits traits) {

    /** Where a parameter lies. */
    record Parameter(String name, int offset, int bytes) {}

    /**
     * What a kernel has.
     *
     * @param sharedPieces whether it accesses less than 4 bytes of shared memory at a time
     * @param globalPieces the same of global memory, written
     * @param globalAtomics whether blocks may meet in atomic operations
     * @param fences whether it orders accesses across blocks
     */
    record Traits(boolean sharedPieces, boolean globalPieces, boolean globalAtomics, boolean fences) {}
}
