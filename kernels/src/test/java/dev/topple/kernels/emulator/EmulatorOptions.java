// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/**
 * What the emulated device is like and what it looks for.
 *
 * @param memoryBytes of the device
 * @param capability 80 for compute capability 8.0
 * @param sharedBytesPerBlock that a kernel may be allowed at most
 * @param multiprocessors how many the device says it has
 * @param hostThreads that run blocks side by side; results do not depend on it
 * @param blockOrder in which order blocks run
 * @param orderSeed of the shuffled order
 * @param uninitialised what is said about reads of memory that nobody wrote
 * @param sharedRaces whether races in shared memory are looked for
 * @param globalRaces whether races between the blocks of a launch are looked for
 * @param maximumLoops how many branches back a warp may take before it counts as endless
 */
public record EmulatorOptions(long memoryBytes, int capability, int sharedBytesPerBlock, int multiprocessors,
        int hostThreads, BlockOrder blockOrder, long orderSeed, Uninitialised uninitialised, boolean sharedRaces,
        boolean globalRaces, long maximumLoops) {

    /** In which order the blocks of a grid run. */
    public enum BlockOrder {
        /** x first, then y, then z. */
        ASCENDING,
        /** The other way round. */
        DESCENDING,
        /** By a seed. */
        SHUFFLED
    }

    /** What counts as wrong about memory that nobody wrote. */
    public enum Uninitialised {
        /** Reading it. */
        READ,
        /** Using it: storing a value that depends on it, branching on it, addressing by it. */
        USE,
        /** Nothing. */
        IGNORE
    }

    /** 1 GiB, compute capability 8.0, every check on, one thread. */
    public static EmulatorOptions standard() {
        return new EmulatorOptions(1L << 30, 80, 99 * 1024, 4, 1, BlockOrder.ASCENDING, 1, Uninitialised.READ, true,
                true, 200_000_000L);
    }

    /** The same with a device of another size. */
    public EmulatorOptions withMemoryBytes(long bytes) {
        return new EmulatorOptions(bytes, capability, sharedBytesPerBlock, multiprocessors, hostThreads, blockOrder,
                orderSeed, uninitialised, sharedRaces, globalRaces, maximumLoops);
    }

    /** The same with a device that runs other code, 75 for 7.5. */
    public EmulatorOptions withCapability(int newCapability) {
        return new EmulatorOptions(memoryBytes, newCapability, sharedBytesPerBlock, multiprocessors, hostThreads,
                blockOrder, orderSeed, uninitialised, sharedRaces, globalRaces, maximumLoops);
    }

    /** The same with blocks run side by side. */
    public EmulatorOptions withHostThreads(int threads) {
        return new EmulatorOptions(memoryBytes, capability, sharedBytesPerBlock, multiprocessors, threads, blockOrder,
                orderSeed, uninitialised, sharedRaces, globalRaces, maximumLoops);
    }

    /** The same with blocks in another order. */
    public EmulatorOptions withBlockOrder(BlockOrder order, long seed) {
        return new EmulatorOptions(memoryBytes, capability, sharedBytesPerBlock, multiprocessors, hostThreads, order,
                seed, uninitialised, sharedRaces, globalRaces, maximumLoops);
    }

    /** The same with another view of memory that nobody wrote. */
    public EmulatorOptions withUninitialised(Uninitialised what) {
        return new EmulatorOptions(memoryBytes, capability, sharedBytesPerBlock, multiprocessors, hostThreads,
                blockOrder, orderSeed, what, sharedRaces, globalRaces, maximumLoops);
    }

    /** The same with races looked for or not. */
    public EmulatorOptions withRaces(boolean shared, boolean global) {
        return new EmulatorOptions(memoryBytes, capability, sharedBytesPerBlock, multiprocessors, hostThreads,
                blockOrder, orderSeed, uninitialised, shared, global, maximumLoops);
    }

    /** The same with another patience. */
    public EmulatorOptions withMaximumLoops(long loops) {
        return new EmulatorOptions(memoryBytes, capability, sharedBytesPerBlock, multiprocessors, hostThreads,
                blockOrder, orderSeed, uninitialised, sharedRaces, globalRaces, loops);
    }
}
