// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The cheapest division of nodes into two sides (Dinic, 1970). Node 0 is on the one side, node 1 on the other; an edge
 * costs its capacity if it leads from the first side to the second. Of several cheapest divisions it is the one with
 * the smallest first side, whatever the order in which edges were added.
 */
final class MinimumCut {

    /** The node that is always on the first side. */
    static final int FIRST = 0;

    /** The node that is always on the second side. */
    static final int SECOND = 1;

    /** A capacity that no cheapest cut pays. */
    static final long UNBOUNDED = Long.MAX_VALUE / 4;

    private int nodes = 2;
    private int edges;
    private int[] to = new int[64];
    private int[] next = new int[64];
    private long[] capacity = new long[64];
    private int[] head = {-1, -1};
    private int[] level = {};
    private int[] at = {};

    /** Adds a node. */
    int node() {
        if (nodes == head.length) {
            head = Arrays.copyOf(head, 2 * nodes);
        }
        head[nodes] = -1;
        return nodes++;
    }

    /** Adds an edge. */
    void edge(int from, int target, long cost) {
        if (from != target && cost > 0) {
            half(from, target, cost);
            half(target, from, 0);
        }
    }

    private void half(int from, int target, long cost) {
        if (edges == to.length) {
            to = Arrays.copyOf(to, 2 * edges);
            next = Arrays.copyOf(next, 2 * edges);
            capacity = Arrays.copyOf(capacity, 2 * edges);
        }
        to[edges] = target;
        capacity[edges] = cost;
        next[edges] = head[from];
        head[from] = edges++;
    }

    /** Which nodes are on the first side. */
    boolean[] firstSide() {
        while (reach()) {
            at = Arrays.copyOf(head, nodes);
            while (push() > 0) {
                // Until no path of this length is left.
            }
        }
        boolean[] first = new boolean[nodes];
        for (int node = 0; node < nodes; node++) {
            first[node] = level[node] >= 0;
        }
        return first;
    }

    /** Numbers the nodes by their distance from the first along edges that are not full. */
    private boolean reach() {
        level = new int[nodes];
        Arrays.fill(level, -1);
        level[FIRST] = 0;
        ArrayDeque<Integer> open = new ArrayDeque<>();
        open.add(FIRST);
        while (!open.isEmpty()) {
            int node = open.poll();
            for (int edge = head[node]; edge >= 0; edge = next[edge]) {
                if (capacity[edge] > 0 && level[to[edge]] < 0) {
                    level[to[edge]] = level[node] + 1;
                    open.add(to[edge]);
                }
            }
        }
        return level[SECOND] >= 0;
    }

    /** Sends as much as one shortest path can take; without recursion, since paths are as long as a net is deep. */
    private long push() {
        int[] path = new int[nodes];
        int length = 0;
        int node = FIRST;
        while (node != SECOND) {
            int edge = at[node];
            if (edge >= 0 && (capacity[edge] == 0 || level[to[edge]] != level[node] + 1)) {
                at[node] = next[edge];
            } else if (edge >= 0) {
                path[length++] = edge;
                node = to[edge];
            } else if (length == 0) {
                return 0;
            } else {
                int back = path[--length];
                node = to[back ^ 1];
                at[node] = next[at[node]];
            }
        }
        long flow = UNBOUNDED;
        for (int i = 0; i < length; i++) {
            flow = Math.min(flow, capacity[path[i]]);
        }
        for (int i = 0; i < length; i++) {
            capacity[path[i]] -= flow;
            capacity[path[i] ^ 1] += flow;
        }
        return flow;
    }
}
