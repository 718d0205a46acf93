// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.OptionalDouble;

/**
 * Momentum iterative FGSM (Dong et al., "Boosting adversarial attacks with momentum", 2018): each direction, divided by
 * its mean magnitude, is added to the decayed sum of those before, and the step follows the sum. From the clean image;
 * the result is the last iterate.
 *
 * @param steps how many
 * @param alpha the size of a step in the budget's norm; without one epsilon / steps
 * @param decay what remains of the sum at each step, published 1
 */
public record MiFgsm(int steps, OptionalDouble alpha, double decay) implements StepRule {

    private static final String MOMENTUM = "momentum";

    public MiFgsm {
        StepRules.requireAtLeastOne(steps, "steps");
        StepRules.requireStepSize(alpha);
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("the decay of mi-fgsm must be from 0 to 1, not " + decay);
        }
    }

    /** With the published decay and step size. */
    public static MiFgsm steps(int steps) {
        return new MiFgsm(steps, OptionalDouble.empty(), 1);
    }

    @Override
    public String name() {
        return "mi-fgsm";
    }

    @Override
    public OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.of(alpha.orElse(budget.epsilon() / steps));
    }

    @Override
    public boolean keepsBest() {
        return false;
    }

    @Override
    public void check(Budget budget) {
        StepRules.requireStepWithin(alpha, budget);
    }

    @Override
    public Value start(Start at) {
        at.set(MOMENTUM, at.clean().times(0));
        return at.clean();
    }

    @Override
    public Value next(Step at) {
        Value direction = at.direction();
        Value magnitude = direction.abs().mean(1, 2, 3).reshape(Shape.of(direction.shape().dim(0), 1, 1, 1));
        Value least = direction.graph().fill(Shape.scalar(), Float.MIN_NORMAL);
        Value momentum = at.get(MOMENTUM).times(decay).plus(direction.dividedBy(magnitude.max(least)));
        at.set(MOMENTUM, momentum);
        return at.iterate().plus(at.budget().steepest(momentum).times(stepSize(at.budget()).getAsDouble()));
    }
}
