// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The order of a program's steps that depend on variables and constants alone, and which of them are due. They come
 * before the others of a run, but only if what they serve is not there or was made of older values. Kept between runs
 * are forms, packed weights say, and places that are the program's own; what lies in between is made again whenever one
 * of them must be.
 */
public final class PreparedSteps {

    /**
     * One step as far as this matters.
     *
     * @param reads the places that it reads
     * @param writes the places that it writes
     * @param form whether the form that it makes is up to date, if it makes one: other programs may share it
     * @param <P> a place in memory, with identity
     */
    public record Step<P>(Collection<P> reads, Collection<P> writes, Optional<BooleanSupplier> form) {}

    private final int[] order;
    private final Versions[] versions;
    private final List<Optional<BooleanSupplier>> forms = new ArrayList<>();
    /** For each step those that write what it reads and what is not kept. */
    private final int[][] feeders;
    private final boolean[] keeps;
    private final boolean[] due;

    private PreparedSteps(int[] order) {
        this.order = order;
        versions = new Versions[order.length];
        feeders = new int[order.length][];
        keeps = new boolean[order.length];
        due = new boolean[order.length];
    }

    /**
     * Puts steps in order.
     *
     * @param emitted each after those that it depends on
     * @param kept whether a place keeps its content between runs
     * @param variable the variable that lies in a place, if one does
     */
    public static <P> PreparedSteps of(List<Step<P>> emitted, Predicate<P> kept,
            Function<P, ? extends Optional<? extends Versioned>> variable) {
        PreparedSteps steps = new PreparedSteps(order(emitted, kept));
        Map<P, Integer> writers = new HashMap<>();
        List<Set<Versioned>> variables = new ArrayList<>();
        for (int i = 0; i < steps.order.length; i++) {
            Step<P> step = emitted.get(steps.order[i]);
            Set<Versioned> of = new LinkedHashSet<>();
            Set<Integer> feeding = new LinkedHashSet<>();
            for (P place : step.reads()) {
                variable.apply(place).ifPresent(of::add);
                Integer writer = writers.get(place);
                if (writer != null) {
                    of.addAll(variables.get(writer));
                    if (!kept.test(place)) {
                        feeding.add(writer);
                    }
                }
            }
            for (P place : step.writes()) {
                writers.put(place, i);
            }
            steps.keeps[i] = keeps(step, kept);
            steps.forms.add(step.form());
            variables.add(of);
            steps.versions[i] = new Versions(of);
            steps.feeders[i] = feeding.stream().mapToInt(Integer::intValue).toArray();
        }
        return steps;
    }

    /** Whether something that a step makes is kept. */
    private static <P> boolean keeps(Step<P> step, Predicate<P> kept) {
        return step.form().isPresent() || step.writes().stream().anyMatch(kept);
    }

    /** What is not kept is made just before it is needed, so that it takes memory for a short time. */
    private static <P> int[] order(List<Step<P>> emitted, Predicate<P> kept) {
        Map<P, Integer> writers = new HashMap<>();
        for (int i = 0; i < emitted.size(); i++) {
            for (P place : emitted.get(i).writes()) {
                writers.put(place, i);
            }
        }
        List<Integer> ordered = new ArrayList<>();
        BitSet done = new BitSet();
        for (int goal = 0; goal < emitted.size(); goal++) {
            BitSet needed = new BitSet();
            needed.set(goal, keeps(emitted.get(goal), kept));
            for (int i = goal; i >= 0; i--) {
                if (needed.get(i)) {
                    emitted.get(i).reads().stream().filter(writers::containsKey)
                            .forEach(place -> needed.set(writers.get(place)));
                }
            }
            needed.andNot(done);
            needed.stream().forEach(ordered::add);
            done.or(needed);
        }
        return ordered.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Emitted steps in the order in which they run; those that serve nothing are left out. */
    public <S> List<S> ordered(List<S> emitted) {
        List<S> ordered = new ArrayList<>();
        for (int i : order) {
            ordered.add(emitted.get(i));
        }
        return List.copyOf(ordered);
    }

    /** Finds out which steps are due, and whether any is. Allocates nothing. */
    public boolean check() {
        boolean any = false;
        for (int i = 0; i < due.length; i++) {
            due[i] = keeps[i] && !current(i);
            any |= due[i];
        }
        for (int i = due.length - 1; any && i >= 0; i--) {
            for (int f = 0; due[i] && f < feeders[i].length; f++) {
                due[feeders[i][f]] = true;
            }
        }
        return any;
    }

    private boolean current(int i) {
        return forms.get(i).isPresent() ? forms.get(i).get().getAsBoolean() : versions[i].current();
    }

    /** Whether a step, counted in the order in which they run, is due since the last {@link #check}. */
    public boolean isDue(int step) {
        return due[step];
    }

    /** To be called when a step has been done. */
    public void done(int step) {
        versions[step].note();
    }
}
