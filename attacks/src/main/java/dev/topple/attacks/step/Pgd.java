// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Value;
import java.util.OptionalDouble;

/**
 * Projected gradient descent (Madry et al., 2018): from a random point of the budget, steps of one size; the result is
 * the best image of all steps and restarts by the balancer's merit. Build one with
 * {@code Pgd.steps(10).withRestarts(3)}.
 *
 * @param steps how many steps a walk has
 * @param alpha the size of a step, in the budget's norm; without one epsilon / 4, so 2/255 for 8/255
 * @param restarts how many walks an image gets
 * @param randomStart whether a walk starts at a uniformly random point of the budget, else at the clean image
 */
public record Pgd(int steps, OptionalDouble alpha, int restarts, boolean randomStart) implements StepRule {

    private static final int START = 0;

    public Pgd {
        StepRules.requireAtLeastOne(steps, "steps");
        StepRules.requireAtLeastOne(restarts, "restarts");
        StepRules.requireStepSize(alpha);
        if (restarts > 1 && !randomStart) {
            throw new IllegalArgumentException(
                    restarts + " restarts from the clean image are all the same; allow a random start or use 1");
        }
    }

    /** With a random start, one walk and the default step size. */
    public static Pgd steps(int steps) {
        return new Pgd(steps, OptionalDouble.empty(), 1, true);
    }

    /** The same with another step size. */
    public Pgd withAlpha(double newAlpha) {
        return new Pgd(steps, OptionalDouble.of(newAlpha), restarts, randomStart);
    }

    /** The same with another number of walks. */
    public Pgd withRestarts(int newRestarts) {
        return new Pgd(steps, alpha, newRestarts, randomStart);
    }

    /** The same with or without a random start. */
    public Pgd withRandomStart(boolean random) {
        return new Pgd(steps, alpha, restarts, random);
    }

    @Override
    public String name() {
        return "pgd";
    }

    @Override
    public OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.of(size(budget));
    }

    private double size(Budget budget) {
        return alpha.orElse(budget.epsilon() / 4);
    }

    @Override
    public boolean keepsBest() {
        return true;
    }

    @Override
    public void check(Budget budget) {
        StepRules.requireStepWithin(alpha, budget);
    }

    @Override
    public Value start(Start at) {
        return randomStart ? at.budget().uniform(at.clean(), at.keys(), START) : at.clean();
    }

    @Override
    public Value next(Step at) {
        return at.iterate().plus(at.budget().steepest(at.direction()).times(size(at.budget())));
    }
}
