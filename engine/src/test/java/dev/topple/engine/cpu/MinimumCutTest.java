// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cheapest division against all divisions. */
class MinimumCutTest {

    private record Edge(int from, int to, long cost) {}

    private static long price(List<Edge> edges, long firstSide) {
        return edges.stream().filter(e -> (firstSide >> e.from() & 1) == 1 && (firstSide >> e.to() & 1) == 0)
                .mapToLong(Edge::cost).sum();
    }

    @Test
    void noDivisionIsCheaperAndNoCheapestHasASmallerFirstSide() {
        RandomSource random = new RandomSource(5);
        for (int round = 0; round < 200; round++) {
            int nodes = random.nextInt(3, 10);
            List<Edge> edges = new ArrayList<>();
            for (int i = 0; i < 2 * nodes; i++) {
                edges.add(new Edge(random.nextInt(nodes), random.nextInt(nodes), random.nextInt(6)));
            }
            MinimumCut cut = new MinimumCut();
            for (int node = 2; node < nodes; node++) {
                assertEquals(node, cut.node());
            }
            edges.forEach(e -> cut.edge(e.from(), e.to(), e.cost()));
            boolean[] first = cut.firstSide();
            assertTrue(first[MinimumCut.FIRST] && !first[MinimumCut.SECOND]);
            long side = 0;
            for (int node = 0; node < nodes; node++) {
                side |= first[node] ? 1L << node : 0;
            }
            long best = price(edges, side);
            // Every division with node 0 on the first side and node 1 on the second.
            for (long other = 1; other < 1L << nodes; other += 4) {
                long price = price(edges, other);
                assertTrue(price >= best, "round " + round + ": " + price + " is cheaper than " + best);
                assertTrue(price > best || Long.bitCount(other) >= Long.bitCount(side), "round " + round);
            }
        }
    }

    @Test
    void anUnboundedEdgeIsNeverPaid() {
        MinimumCut cut = new MinimumCut();
        int a = cut.node();
        int b = cut.node();
        cut.edge(MinimumCut.FIRST, a, 7);
        cut.edge(a, b, MinimumCut.UNBOUNDED);
        cut.edge(b, MinimumCut.SECOND, 5);
        assertArrayEquals(new boolean[] {true, false, true, true}, cut.firstSide());
    }
}
