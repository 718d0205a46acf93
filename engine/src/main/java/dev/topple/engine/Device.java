// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.util.Optional;

/**
 * Something that runs graphs, and the home of variables. The storage of a variable comes to exist, with its initial
 * value, when it is first used; all programs of the device share it. A device, its programs and its variables may be
 * used by one thread at a time. The same graph, inputs and variables give the same bits on a device, whatever its number
 * of threads.
 */
public interface Device extends AutoCloseable {

    /** The name by which it is chosen, {@code cpu} say. */
    String name();

    /** What it is and how it works, in a few words for people: threads, vector width, memory. */
    String description();

    /** How much rounding and memory it trades for speed. Programs of devices of one name differ in bits by it alone. */
    Precision precision();

    /**
     * Begins in the background what would make the first runs of programs slow, such as compiling kernels, and returns
     * at once. To be called as early as possible, once in a process, by whoever is about to run a program; no result
     * depends on it. By default nothing happens.
     */
    default void warmUp() {
    }

    /**
     * Prepares a graph for running.
     *
     * @throws IllegalArgumentException if the graph has neither an output nor an assignment
     */
    Executable compile(Graph graph);

    /** A copy of a variable's present value. */
    Tensor read(Variable variable);

    /**
     * Copies a value into a variable.
     *
     * @throws IllegalArgumentException if elements or shape differ
     */
    void write(Variable variable, Tensor value);

    /** Frees a variable's storage, unless a program that is still open uses it; a later use starts anew. */
    void release(Variable variable);

    /** How much memory of its own it uses; empty if it has none but Java's. */
    default Optional<MemoryUse> memoryUse() {
        return Optional.empty();
    }

    /** Ends the device's threads and frees its memory; its programs cannot run any more. */
    @Override
    void close();
}
