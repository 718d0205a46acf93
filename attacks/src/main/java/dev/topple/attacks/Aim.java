// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.objective.Objective;
import dev.topple.attacks.objective.OwnLoss;
import dev.topple.attacks.step.StepRule;

/**
 * What an attack is after.
 *
 * @param objective which loss of each task the steps follow
 * @param targeted whether the labels are what the model shall come to say, so that losses shall fall; else what it shall
 *     no longer say
 * @param masked whether each image comes with a mask of the pixels that may change
 * @param quantized whether the result is rounded to 8 bits a channel, within the budget
 */
public record Aim(Objective objective, boolean targeted, boolean masked, boolean quantized) {

    /** Away from the labels, by the tasks' own losses, anywhere in the image. */
    public static final Aim USUAL = new Aim(new OwnLoss(), false, false, false);

    /** The name of an attack with this aim: the rule's, and behind a colon the objective's if it is not the usual one. */
    public String name(StepRule rule) {
        String name = objective.equals(USUAL.objective) ? rule.name() : rule.name() + ":" + objective.name();
        return targeted ? name + ":targeted" : name;
    }

    /** The same with another objective. */
    public Aim withObjective(Objective other) {
        return new Aim(other, targeted, masked, quantized);
    }

    /** The same, towards the labels or away from them. */
    public Aim withTargets(boolean towards) {
        return new Aim(objective, towards, masked, quantized);
    }

    /** The same, with or without a mask for each image. */
    public Aim withMask(boolean mask) {
        return new Aim(objective, targeted, mask, quantized);
    }

    /** The same, with or without a result of 8 bits a channel. */
    public Aim withEightBits(boolean eightBits) {
        return new Aim(objective, targeted, masked, eightBits);
    }
}
