// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import java.util.List;

/**
 * How gradients change parameters, as part of a graph. What it remembers are variables; what changes with the step is
 * fed.
 */
public interface Optimiser {

    /** What it remembers from step to step. */
    List<Variable> state();

    /**
     * Adds a step to a graph: it assigns parameters and state.
     *
     * @param gradients one for each parameter
     */
    void step(Graph graph, List<Value> gradients);

    /**
     * Feeds what depends on the step.
     *
     * @param step counted from 0
     * @param rate the learning rate
     */
    void feed(Executable program, int step, double rate);
}
