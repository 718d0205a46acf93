// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a program computes of variables and constants alone. Each stage runs before the others of the program, but only
 * if what it serves is not there or was made of older values. Packed weights are kept, and regions that keep their
 * content between runs; what lies in between is made again whenever one of them must be.
 */
final class PreparedPart {

    /**
     * A stage.
     *
     * @param form the form that it makes, if it does
     */
    record Step(Stage stage, Optional<PreparedForm> form) {

        Set<Region> reads() {
            Set<Region> regions = new HashSet<>();
            stage.works().forEach(work -> regions.addAll(work.reads()));
            return regions;
        }

        Set<Region> writes() {
            Set<Region> regions = new HashSet<>();
            stage.works().forEach(work -> regions.addAll(work.writes()));
            return regions;
        }
    }

    private final List<Step> steps;
    private final BitSet keeps = new BitSet();
    /** For each step those that write what it reads and what is not kept. */
    private final List<BitSet> feeders = new ArrayList<>();
    private final List<DeviceVariable> variables;
    private final long[] versions;
    private boolean made;

    /**
     * The part.
     *
     * @param emitted each step after those that it depends on
     * @param variables what the kept regions are made of
     */
    PreparedPart(List<Step> emitted, List<DeviceVariable> variables, Places places) {
        this.steps = ordered(emitted, places);
        this.variables = variables;
        this.versions = new long[variables.size()];
        Map<Region, Integer> writers = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            BitSet feeding = new BitSet();
            for (Region region : steps.get(i).reads()) {
                if (writers.containsKey(region) && !places.isPersistent(region)) {
                    feeding.set(writers.get(region));
                }
            }
            feeders.add(feeding);
            keeps.set(i, keeps(steps.get(i), places));
            for (Region region : steps.get(i).writes()) {
                writers.put(region, i);
            }
        }
    }

    private static boolean keeps(Step step, Places places) {
        return step.form().isPresent() || step.writes().stream().anyMatch(places::isPersistent);
    }

    /** What is not kept is made just before it is needed, so that it takes memory for a short time. */
    private static List<Step> ordered(List<Step> emitted, Places places) {
        Map<Region, Integer> writers = new HashMap<>();
        for (int i = 0; i < emitted.size(); i++) {
            for (Region region : emitted.get(i).writes()) {
                writers.put(region, i);
            }
        }
        List<Step> ordered = new ArrayList<>();
        BitSet done = new BitSet();
        for (int goal = 0; goal < emitted.size(); goal++) {
            BitSet needed = new BitSet();
            needed.set(goal, keeps(emitted.get(goal), places));
            for (int i = goal; i >= 0; i--) {
                if (needed.get(i)) {
                    emitted.get(i).reads().stream().filter(writers::containsKey)
                            .forEach(region -> needed.set(writers.get(region)));
                }
            }
            needed.andNot(done);
            needed.stream().forEach(i -> ordered.add(emitted.get(i)));
            done.or(needed);
        }
        return ordered;
    }

    /** The stages in the order in which they run. */
    List<Stage> stages() {
        return steps.stream().map(Step::stage).toList();
    }

    /** The forms that are made, one for each stage that makes one. */
    List<PreparedForm> forms() {
        return steps.stream().flatMap(step -> step.form().stream()).toList();
    }

    private boolean regionsAreCurrent() {
        boolean current = made;
        for (int i = 0; current && i < versions.length; i++) {
            current = versions[i] == variables.get(i).version();
        }
        return current;
    }

    /** Makes what is not up to date. */
    void renew(Consumer<Work> start) {
        boolean regions = regionsAreCurrent();
        BitSet due = new BitSet();
        for (int i = 0; i < steps.size(); i++) {
            due.set(i, keeps.get(i) && !steps.get(i).form().map(PreparedForm::current).orElse(regions));
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (due.get(i)) {
                due.or(feeders.get(i));
            }
        }
        due.stream().forEach(i -> {
            steps.get(i).stage().works().forEach(start);
            steps.get(i).form().ifPresent(PreparedForm::made);
        });
        made = true;
        for (int i = 0; i < versions.length; i++) {
            versions[i] = variables.get(i).version();
        }
    }
}
