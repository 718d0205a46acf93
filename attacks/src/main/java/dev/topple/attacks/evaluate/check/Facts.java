// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import dev.topple.attacks.Attack;
import dev.topple.attacks.step.Noise;
import java.util.Map;
import java.util.Optional;

/**
 * What the checks know of an attack.
 *
 * @param attack the attack
 * @param images how many images it attacked
 * @param counts on how many of them something happened
 * @param firstRise by how much the first step raised the merit, the mean over images
 * @param rise by how much the best iterate's merit is above the clean image's, the mean over images
 * @param damage what it did
 * @param control what random noise of the same size did to the same tasks; empty for a budget of 0
 * @param nearZero for each task that it attacks, in how many images the clean loss is next to nothing
 */
public record Facts(Attack attack, int images, Counts counts, double firstRise, double rise, Damage damage,
        Optional<Damage> control, Map<String, Integer> nearZero) {

    /**
     * Numbers of images.
     *
     * @param undefinedGradients where the direction was not finite at some pixel and step
     * @param zeroGradients where the direction was 0 at all pixels of some step
     * @param belowBest where the result lost a tenth or more of the rise in merit that an earlier iterate had
     * @param roundedOutOfBudget which 8-bit files of the clean and the attacked image take out of the budget
     * @param roundedAway of which nothing is left in such files
     */
    public record Counts(int undefinedGradients, int zeroGradients, int belowBest, int roundedOutOfBudget,
            int roundedAway) {}

    /** Whether the attack is itself the control. */
    boolean isNoise() {
        return attack.rule() instanceof Noise;
    }

    /** Whether it follows gradients. */
    boolean isWhiteBox() {
        return attack.rule().usesDirection();
    }

    /** Whether it asks for losses alone and means to do damage. */
    boolean isBlackBox() {
        return !isWhiteBox() && !isNoise();
    }

    /** Whether another attack has the same balancer, budget and aim. */
    boolean comparable(Facts other) {
        return attack.balancer().equals(other.attack.balancer()) && attack.budget().equals(other.attack.budget())
                && attack.aim().equals(other.attack.aim());
    }

    /** Whether another attack differs in the number of its steps alone, as far as names tell. */
    boolean sameButForSteps(Facts other) {
        return comparable(other) && attack.name().equals(other.attack.name())
                && attack.rule().restarts() == other.attack.rule().restarts();
    }

    /** Whether another attack differs in its budget alone, and the step size that follows from it. */
    boolean sameButForBudget(Facts other) {
        return attack.name().equals(other.attack.name()) && attack.balancer().equals(other.attack.balancer())
                && attack.aim().equals(other.attack.aim()) && attack.budget().norm() == other.attack.budget().norm()
                && attack.rule().steps() == other.attack.rule().steps()
                && attack.rule().restarts() == other.attack.rule().restarts();
    }
}
