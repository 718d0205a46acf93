// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.sharing;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which tasks share which levels of an encoder: a tree. For each level, from the image on, it has a partition of the
 * tasks; the tasks of a set share one copy of the level. Partitions only get finer with depth, so the copy that a set
 * reads from is that of the set above that contains it.
 *
 * @param tasks how many tasks there are, numbered from 0
 * @param levels the sets of each level; kept with each set sorted, and sets by their first task
 */
public record Sharing(int tasks, List<List<List<Integer>>> levels) {

    /** The most tasks. */
    public static final int MOST_TASKS = 32;

    /** The most levels. */
    public static final int MOST_LEVELS = 64;

    public Sharing {
        if (tasks < 1 || tasks > MOST_TASKS || levels.isEmpty() || levels.size() > MOST_LEVELS) {
            throw new IllegalArgumentException("a layout has from 1 to " + MOST_TASKS + " tasks and from 1 to "
                    + MOST_LEVELS + " levels, not " + tasks + " and " + levels.size());
        }
        levels = levels.stream().map(Sharing::sorted).toList();
        for (int level = 0; level < levels.size(); level++) {
            List<Integer> all = levels.get(level).stream().flatMap(List::stream).sorted().toList();
            if (!all.equals(IntStream.range(0, tasks).boxed().toList())) {
                throw new IllegalArgumentException("level " + level + " of a layout must hold each of the tasks 0 to "
                        + (tasks - 1) + " once, not " + levels.get(level));
            }
            if (level > 0 && !finer(levels.get(level - 1), levels.get(level))) {
                throw new IllegalArgumentException("a layout is a tree, so level " + level + " must only divide the"
                        + " sets of the level before, " + levels.get(level - 1) + ", and not be "
                        + levels.get(level));
            }
        }
    }

    private static List<List<Integer>> sorted(List<List<Integer>> sets) {
        if (sets.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a layout has an empty set of tasks: " + sets);
        }
        return sets.stream().map(set -> set.stream().sorted().toList()).sorted(Comparator.comparing(List::getFirst))
                .toList();
    }

    private static boolean finer(List<List<Integer>> coarse, List<List<Integer>> fine) {
        return fine.stream().allMatch(set -> coarse.stream().anyMatch(parent -> parent.containsAll(set)));
    }

    /** All tasks share all levels. */
    public static Sharing allShared(int tasks, int levels) {
        return first(levels, tasks, levels);
    }

    /** No task shares a level. */
    public static Sharing independent(int tasks, int levels) {
        return first(0, tasks, levels);
    }

    /**
     * All tasks share the first levels; the others are nobody's but one task's.
     *
     * @param shared how many levels are shared, from 0 to {@code levels}
     */
    public static Sharing first(int shared, int tasks, int levels) {
        if (shared < 0 || shared > levels) {
            throw new IllegalArgumentException("tasks can share from 0 to " + levels + " levels, not " + shared);
        }
        List<Integer> all = IntStream.range(0, tasks).boxed().toList();
        List<List<Integer>> apart = all.stream().map(List::of).toList();
        return new Sharing(tasks,
                IntStream.range(0, levels).mapToObj(level -> level < shared ? List.of(all) : apart).toList());
    }

    /** The sets of a level. */
    public List<List<Integer>> sets(int level) {
        return levels.get(level);
    }

    /** The set that holds a task at a level. */
    public List<Integer> setOf(int level, int task) {
        return levels.get(level).stream().filter(set -> set.contains(task)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the layout has no task " + task));
    }

    /** How many levels all tasks share, from the image on. */
    public int sharedLevels() {
        return (int) levels.stream().takeWhile(sets -> sets.size() == 1).count();
    }

    /** Whether all tasks share all levels. */
    public boolean allShared() {
        return sharedLevels() == levels.size();
    }

    /**
     * {@code all-shared}, {@code independent} or {@code share-K} (the first K levels shared, the others not at all)
     * where one of these says it; otherwise the sets of each level: {@code {0,1,2}/{0,2}{1}/…}.
     */
    public String name() {
        if (allShared()) {
            return "all-shared";
        }
        if (equals(first(sharedLevels(), tasks, levels.size()))) {
            return sharedLevels() == 0 ? "independent" : "share-" + sharedLevels();
        }
        List<String> texts = new ArrayList<>();
        for (List<List<Integer>> sets : levels) {
            StringBuilder text = new StringBuilder();
            sets.forEach(set -> text.append(set.toString().replace(" ", "").replace('[', '{').replace(']', '}')));
            texts.add(text.toString());
        }
        return String.join("/", texts);
    }

    /**
     * The layout of a name: {@code all} or {@code all-shared}, {@code none} or {@code independent}, {@code share-K}, or
     * its number in {@link Layouts}.
     *
     * @throws IllegalArgumentException saying what there is, if the text is none of them
     */
    public static Sharing parse(String text, int tasks, int levels) {
        switch (text) {
            case "all", "all-shared" -> {
                return allShared(tasks, levels);
            }
            case "none", "independent" -> {
                return independent(tasks, levels);
            }
            default -> {
                boolean first = text.startsWith("share-");
                String digits = first ? text.substring("share-".length()) : text;
                if (digits.matches("\\d{1,9}")) {
                    int number = Integer.parseInt(digits);
                    if (!first) {
                        return Layouts.layout(number, tasks, levels);
                    }
                    if (number <= levels) {
                        return first(number, tasks, levels);
                    }
                }
                throw new IllegalArgumentException("there is no layout '" + text + "' for " + tasks + " tasks and "
                        + levels + " levels; say all-shared, independent, share-K with K from 0 to " + levels
                        + ", or a number from 0 to " + Layouts.count(tasks, levels).subtract(BigInteger.ONE));
            }
        }
    }
}
