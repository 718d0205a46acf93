// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * A graph as a device lowers it: rewritten, cut into units, and with what is made of variables alone.
 *
 * @param graph the graph that the units are of
 * @param preparation which of its values are not computed in each run
 * @param units each after those that it depends on; every node is in one
 */
public record FusedGraph(Graph graph, Preparation preparation, List<Unit> units) {

    /**
     * Folds scales into weights, joins gradients, and cuts into units.
     *
     * @param tidy a graph that {@link Passes#decompose} gave
     * @param rules what the device can compute as one
     */
    public static FusedGraph of(Graph tidy, FusionRules rules) {
        return cut(GradientJoining.of(ScaleFolding.of(tidy), rules), Optional.of(rules));
    }

    /** The same graph, nodes and all, cut into units by other rules: for a device that has seen what it cannot do. */
    public FusedGraph recut(FusionRules rules) {
        return cut(graph, Optional.of(rules));
    }

    /** The graph as it is, each node a unit: for tests of what fusion changes. */
    public static FusedGraph unfused(Graph tidy) {
        return cut(tidy, Optional.empty());
    }

    private static FusedGraph cut(Graph graph, Optional<FusionRules> rules) {
        Preparation preparation = Preparation.of(graph);
        return new FusedGraph(graph, preparation, Fusion.units(graph, preparation, rules));
    }
}
