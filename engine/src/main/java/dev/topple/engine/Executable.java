// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import dev.topple.engine.tensor.Tensor;

/**
 * A graph, compiled for a device, that can be run many times: feed, run, fetch. A run allocates nothing. Whatever was
 * fed stays until it is fed anew.
 */
public interface Executable extends AutoCloseable {

    /**
     * Copies a value to an input.
     *
     * @throws IllegalArgumentException if there is no such input, or elements or shape differ
     */
    void feed(String input, Tensor value);

    /**
     * Computes outputs and assignments.
     *
     * @throws IllegalStateException if an input that is needed was never fed, or program or device are closed
     */
    void run();

    /**
     * Copies an output of the last run to a tensor.
     *
     * @throws IllegalArgumentException if there is no such output, or elements or shape differ
     * @throws IllegalStateException if the program has not run yet, or its last run failed, or it is closed
     */
    void fetch(String output, Tensor into);

    /** A new tensor with an output of the last run. */
    Tensor fetch(String output);

    /** What the device runs, instruction by instruction, for people. */
    String explain();

    /** The memory that the program holds for intermediate values, in bytes. */
    long arenaBytes();

    /** Frees the program's memory; the device and its variables live on. */
    @Override
    void close();
}
