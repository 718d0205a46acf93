// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.sharing;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * All layouts of some tasks and levels, numbered as the released code of TreeMTL (Zhang et al., "A tree-structured
 * multi-task model recommender", 2022) numbers them: depth first from the layout that shares everything. Each next one
 * divides a set of tasks in two, from a level on that is not before the last such level. 51 for three tasks and five
 * levels: 0 shares all levels, 48, 41, 31 and 18 share the first four to the first one, 2 shares none.
 */
public final class Layouts {

    private static final int MOST = 200_000;

    private Layouts() {}

    /** A layout while layouts are enumerated: sets in the order in which they came to be, which the numbers follow. */
    private record State(List<List<List<Integer>>> levels, int cuts, int lowest) {

        State divided(int from, List<Integer> set, List<Integer> one, List<Integer> other) {
            List<List<List<Integer>>> divided = new ArrayList<>(levels.subList(0, from));
            for (List<List<Integer>> sets : levels.subList(from, levels.size())) {
                List<List<Integer>> next = new ArrayList<>(sets);
                next.remove(set);
                next.add(one);
                next.add(other);
                divided.add(next);
            }
            return new State(divided, cuts + 1, from);
        }
    }

    /**
     * How many layouts there are: the coefficient of {@code x^tasks / tasks!} in {@code exp(x) - 1}, iterated
     * {@code levels + 1} times.
     */
    public static BigInteger count(int tasks, int levels) {
        BigInteger[] counts = new BigInteger[tasks + 1];
        Arrays.fill(counts, BigInteger.ONE);
        counts[0] = BigInteger.ZERO;
        for (int level = 0; level < levels; level++) {
            // Stirling numbers of the second kind, row by row: ways to divide n tasks into k sets.
            BigInteger[] next = new BigInteger[tasks + 1];
            BigInteger[] ways = new BigInteger[tasks + 1];
            Arrays.fill(ways, BigInteger.ZERO);
            ways[0] = BigInteger.ONE;
            next[0] = BigInteger.ZERO;
            for (int n = 1; n <= tasks; n++) {
                next[n] = BigInteger.ZERO;
                for (int k = n; k >= 1; k--) {
                    ways[k] = ways[k].multiply(BigInteger.valueOf(k)).add(ways[k - 1]);
                    next[n] = next[n].add(ways[k].multiply(counts[k]));
                }
                ways[0] = BigInteger.ZERO;
            }
            counts = next;
        }
        return counts[tasks];
    }

    /**
     * All layouts in order.
     *
     * @throws IllegalArgumentException if there are more than 200,000
     */
    public static List<Sharing> all(int tasks, int levels) {
        if (count(tasks, levels).compareTo(BigInteger.valueOf(MOST)) > 0) {
            throw new IllegalArgumentException("there are " + count(tasks, levels) + " layouts of " + tasks
                    + " tasks and " + levels + " levels, too many to number; say all-shared, independent or share-K");
        }
        Sharing first = Sharing.allShared(tasks, levels);
        Set<Sharing> found = new LinkedHashSet<>(List.of(first));
        divide(new State(first.levels(), 0, 0), tasks, found);
        return List.copyOf(found);
    }

    private static void divide(State state, int tasks, Set<Sharing> found) {
        if (state.cuts() >= tasks - 1) {
            return;
        }
        for (int from = state.lowest(); from < state.levels().size(); from++) {
            for (List<Integer> set : state.levels().get(from)) {
                // Patterns from 011…1 down to 000…1 say who is in the first part; the set's first task never is.
                for (int pattern = (1 << set.size() - 1) - 1; pattern > 0; pattern--) {
                    State next = state.divided(from, set, part(set, pattern, true), part(set, pattern, false));
                    if (found.add(new Sharing(tasks, next.levels()))) {
                        divide(next, tasks, found);
                    }
                }
            }
        }
    }

    private static List<Integer> part(List<Integer> set, int pattern, boolean in) {
        int last = set.size() - 1;
        return IntStream.rangeClosed(0, last).filter(i -> (pattern >> last - i & 1) == 1 == in).mapToObj(set::get)
                .toList();
    }

    /**
     * The layout with a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Sharing layout(int number, int tasks, int levels) {
        List<Sharing> all = all(tasks, levels);
        if (number < 0 || number >= all.size()) {
            throw new IllegalArgumentException("the layouts of " + tasks + " tasks and " + levels
                    + " levels have the numbers 0 to " + (all.size() - 1) + ", not " + number);
        }
        return all.get(number);
    }

    /** The number of a layout. */
    public static int number(Sharing sharing) {
        return all(sharing.tasks(), sharing.levels().size()).indexOf(sharing);
    }
}
