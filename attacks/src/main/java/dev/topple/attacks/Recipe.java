// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.objective.Objective;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * An attack that is being written down, without a model yet. Every method gives another recipe and leaves this one as
 * it is, so that parts can be shared:
 *
 * <pre>{@code
 * Recipe pgd = Attack.pgd(linf(8 / 255.0)).steps(20);
 * Attack balanced = pgd.balancer(dgba()).on(model);
 * Attack plain = pgd.balancer(total()).on(model);
 * }</pre>
 *
 * <p>Settings have the names that users of torchattacks and Foolbox know. One that is not given has the default of its
 * step rule; one that the rule does not have is refused by {@link #on}, as is whatever makes no sense together.
 *
 * @param attack the name of the step rule, one of {@link StepRules#names}
 * @param norm how a perturbation is measured
 * @param eps the largest size of a perturbation, for pixels in [0, 1]
 * @param steps how many steps a walk has; of attacks without gradients how many queries
 * @param alpha the size of a step, for pixels in [0, 1]
 * @param restarts how many walks an image gets
 * @param randomStart whether a walk starts at a random point of the budget
 * @param balancer how the tasks become one
 * @param aim what it is after
 */
public record Recipe(String attack, Norm norm, double eps, OptionalInt steps, OptionalDouble alpha,
        OptionalInt restarts, Optional<Boolean> randomStart, Balancer balancer, Aim aim) {

    static Recipe of(String attack, Budget budget, Balancer balancer) {
        return new Recipe(attack, budget.norm(), budget.epsilon(), OptionalInt.empty(), OptionalDouble.empty(),
                OptionalInt.empty(), Optional.empty(), balancer, Aim.USUAL);
    }

    /** With another norm; epsilon stays the number that it is. */
    public Recipe norm(Norm other) {
        return new Recipe(attack, other, eps, steps, alpha, restarts, randomStart, balancer, aim);
    }

    /** With another epsilon, {@code 8 / 255.0} say. */
    public Recipe eps(double other) {
        return new Recipe(attack, norm, other, steps, alpha, restarts, randomStart, balancer, aim);
    }

    /** With so many steps, or queries. */
    public Recipe steps(int count) {
        return new Recipe(attack, norm, eps, OptionalInt.of(count), alpha, restarts, randomStart, balancer, aim);
    }

    /** With steps of a size, {@code 2 / 255.0} say. */
    public Recipe alpha(double size) {
        return new Recipe(attack, norm, eps, steps, OptionalDouble.of(size), restarts, randomStart, balancer, aim);
    }

    /** With so many walks. */
    public Recipe restarts(int count) {
        return new Recipe(attack, norm, eps, steps, alpha, OptionalInt.of(count), randomStart, balancer, aim);
    }

    /** With walks from random points of the budget, or from the clean image. */
    public Recipe randomStart(boolean random) {
        return new Recipe(attack, norm, eps, steps, alpha, restarts, Optional.of(random), balancer, aim);
    }

    /** With another balancer, which is DGBA where nobody says one. */
    public Recipe balancer(Balancer other) {
        return new Recipe(attack, norm, eps, steps, alpha, restarts, randomStart, other, aim);
    }

    /** With another loss of each task to follow. */
    public Recipe objective(Objective objective) {
        return aiming(aim.withObjective(objective));
    }

    /** Towards the labels instead of away from them. */
    public Recipe targeted() {
        return aiming(aim.withTargets(true));
    }

    /** With a mask for each image that says which pixels may change. */
    public Recipe masked() {
        return aiming(aim.withMask(true));
    }

    private Recipe aiming(Aim other) {
        return new Recipe(attack, norm, eps, steps, alpha, restarts, randomStart, balancer, other);
    }

    /**
     * The attack on a model.
     *
     * @throws IllegalArgumentException in one line, if settings make no sense, or not with this model
     */
    public Attack on(Model model) {
        StepRule rule = StepRules.of(attack, steps, alpha, restarts, randomStart);
        return new Attack(model, new Budget(norm, eps), rule, balancer, aim);
    }

    /**
     * Attacks images at once, as {@link Attack#run}.
     *
     * @param images floats {@code [N, 3, H, W]} in [0, 1]; not changed
     * @param labels for each task of the model labels of its label type; not changed
     * @param seed whatever is random follows from it
     */
    public AttackResult run(Model model, Device device, Tensor images, Map<String, Tensor> labels, long seed) {
        return on(model).run(device, images, labels, seed);
    }
}
