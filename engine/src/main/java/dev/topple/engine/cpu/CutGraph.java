// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.FusedGraph;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import java.util.HashSet;
import java.util.Set;

/**
 * A graph cut into units, with the forms of its images and the bits that its ReLUs leave. Forms are chosen for units,
 * and whether a convolution may clamp depends on forms (see {@link ReluBits}): where one may not, the graph is cut once
 * more without that, until nothing is left to object to.
 */
record CutGraph(FusedGraph fused, Layouts layouts, ReluBits bits) {

    /** @param fuse whether ops become one instruction where they can */
    static CutGraph of(Graph graph, boolean fuse) {
        Set<Node> apart = new HashSet<>();
        CutGraph cut = of(fuse ? FusedGraph.of(graph, new CpuRules(apart)) : FusedGraph.unfused(graph));
        while (apart.addAll(cut.bits().apart())) {
            cut = of(cut.fused().recut(new CpuRules(apart)));
        }
        return cut;
    }

    private static CutGraph of(FusedGraph fused) {
        Layouts layouts = Layouts.of(fused.graph(), fused.units(), fused.preparation());
        return new CutGraph(fused, layouts, new ReluBits(fused.graph(), fused.units(), layouts));
    }
}
