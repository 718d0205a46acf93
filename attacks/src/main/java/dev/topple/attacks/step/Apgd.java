// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Auto-PGD (Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free
 * attacks", 2020), by the rules of the paper, for each image by itself, on the balancer's merit: steps of twice epsilon
 * at first, with a quarter of the last move as momentum; at {@linkplain #checkpoints checkpoints} an image's step is
 * halved, and its walk goes on from its best iterate, where the merit rose at fewer than three quarters of the steps
 * since the last checkpoint, or neither the step size nor the best merit has changed since.
 *
 * @param steps how many steps a walk has
 * @param restarts how many walks an image gets
 * @param randomStart whether a walk starts at a uniformly random point of the budget, else at the clean image
 */
public record Apgd(int steps, int restarts, boolean randomStart) implements StepRule {

    private static final double RHO = 0.75;
    private static final double MOMENTUM = 0.25;
    private static final double FIRST_STEP = 2;
    private static final int START = 0;

    /** How many steps were done, floats {@code [N]}: every image is at the same, but a state has a row per image. */
    private static final String DONE = "apgd.done";
    private static final String STEP_SIZE = "apgd.stepSize";
    private static final String PREVIOUS = "apgd.previous";
    private static final String LAST_MERIT = "apgd.lastMerit";
    private static final String RISES = "apgd.rises";
    private static final String BEST = "apgd.best";
    private static final String BEST_DIRECTION = "apgd.bestDirection";
    private static final String BEST_MERIT = "apgd.bestMerit";
    private static final String CHECKED_MERIT = "apgd.checkedMerit";
    private static final String HALVED = "apgd.halved";

    public Apgd {
        StepRules.requireAtLeastOne(steps, "steps");
        StepRules.requireAtLeastOne(restarts, "restarts");
        if (restarts > 1 && !randomStart) {
            throw new IllegalArgumentException(
                    restarts + " restarts from the clean image are all the same; allow a random start or use 1");
        }
    }

    /** With a random start and one walk. */
    public static Apgd steps(int steps) {
        return new Apgd(steps, 1, true);
    }

    /** The same with another number of walks. */
    public Apgd withRestarts(int newRestarts) {
        return new Apgd(steps, newRestarts, randomStart);
    }

    /** The same with or without a random start. */
    public Apgd withRandomStart(boolean random) {
        return new Apgd(steps, restarts, random);
    }

    @Override
    public String name() {
        return "apgd";
    }

    @Override
    public boolean keepsBest() {
        return true;
    }

    /**
     * After how many steps the step size is looked at: {@code ceil(p_j steps)} for the paper's p_j = 0, 0.22, and then
     * each by 0.03 closer to the one before than that to its own, but at least 0.06; without 0 and repetitions.
     */
    public static List<Integer> checkpoints(int steps) {
        List<Integer> checkpoints = new ArrayList<>();
        // In hundredths: sums of 0.01 are not what they seem.
        int before = 0;
        for (int p = 22; p < 100;) {
            int at = Math.ceilDiv(p * steps, 100);
            if (checkpoints.isEmpty() || checkpoints.getLast() < at) {
                checkpoints.add(at);
            }
            int next = p + Math.max(p - before - 3, 6);
            before = p;
            p = next;
        }
        return List.copyOf(checkpoints);
    }

    @Override
    public Value start(Start at) {
        Value clean = at.clean();
        Graph graph = clean.graph();
        Shape rows = Shape.of(clean.shape().dim(0));
        Value zeros = graph.fill(rows, 0);
        Value none = graph.fill(rows, -Float.MAX_VALUE);
        Value first = randomStart ? at.budget().uniform(clean, at.keys(), START) : clean;
        at.set(DONE, zeros);
        at.set(STEP_SIZE, graph.fill(rows, FIRST_STEP * at.budget().epsilon()));
        at.set(PREVIOUS, first);
        at.set(LAST_MERIT, graph.fill(rows, Float.MAX_VALUE));
        at.set(RISES, zeros);
        at.set(BEST, clean);
        at.set(BEST_DIRECTION, clean.times(0));
        at.set(BEST_MERIT, none);
        at.set(CHECKED_MERIT, none);
        // The first checkpoint has none before it at which nothing changed.
        at.set(HALVED, graph.fill(rows, 1));
        return first;
    }

    @Override
    public Value next(Step at) {
        Graph graph = at.iterate().graph();
        Value done = at.get(DONE);
        Value merit = at.merit();
        Value rises = at.get(RISES).plus(number(merit.compare(Relation.GREATER, at.get(LAST_MERIT))));
        Value better = merit.compare(Relation.GREATER, at.get(BEST_MERIT));
        Value bestMerit = better.choose(merit, at.get(BEST_MERIT));
        Value best = images(better, at).choose(at.iterate(), at.get(BEST));
        Value bestDirection = images(better, at).choose(at.direction(), at.get(BEST_DIRECTION));

        Value window = window(done);
        Value checks = window.compare(Relation.GREATER, 0);
        Value slow = rises.compare(Relation.LESS, window.times(RHO));
        Value stuck = at.get(HALVED).compare(Relation.EQUAL, 0)
                .and(bestMerit.compare(Relation.LESS_OR_EQUAL, at.get(CHECKED_MERIT)));
        Value halves = checks.and(slow.or(stuck));
        Value size = halves.choose(at.get(STEP_SIZE).times(0.5), at.get(STEP_SIZE));
        Value from = images(halves, at).choose(best, at.iterate());
        Value direction = images(halves, at).choose(bestDirection, at.direction());

        Value zero = graph.fill(Shape.scalar(), 0);
        at.set(DONE, done.plus(1));
        at.set(STEP_SIZE, size);
        at.set(PREVIOUS, from);
        at.set(LAST_MERIT, merit);
        at.set(RISES, checks.choose(zero, rises));
        at.set(BEST, best);
        at.set(BEST_DIRECTION, bestDirection);
        at.set(BEST_MERIT, bestMerit);
        at.set(CHECKED_MERIT, checks.choose(bestMerit, at.get(CHECKED_MERIT)));
        at.set(HALVED, checks.choose(number(halves), at.get(HALVED)));

        Value step = at.budget().steepest(direction).times(size.reshape(perImage(at)));
        Value plain = at.budget().project(from.plus(step), at.clean());
        Value moved = from.plus(plain.minus(from).times(1 - MOMENTUM))
                .plus(from.minus(at.get(PREVIOUS)).times(MOMENTUM));
        return images(done.compare(Relation.GREATER, 0), at).choose(moved, plain);
    }

    /** How many steps lie between this checkpoint and the one before, 0 where there is none. */
    private Value window(Value done) {
        Value window = done.times(0);
        int before = 0;
        for (int checkpoint : checkpoints(steps)) {
            Value here = number(done.compare(Relation.EQUAL, checkpoint));
            window = window.plus(here.times(checkpoint - before));
            before = checkpoint;
        }
        return window;
    }

    private static Value number(Value truth) {
        return truth.cast(DType.F32);
    }

    private static Value images(Value truth, Step at) {
        return truth.reshape(perImage(at));
    }

    private static Shape perImage(Step at) {
        return Shape.of(at.clean().shape().dim(0), 1, 1, 1);
    }
}
