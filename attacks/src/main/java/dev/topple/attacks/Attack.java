// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.DrawnWeights;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.Pixelwise;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.EightBits;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An attack on all tasks of a model at once: what may change (budget), how to walk (step rule), and how the tasks
 * become one direction (balancer). It is a description; {@link #on} makes it runnable on a device.
 *
 * <pre>{@code
 * Attack attack = Attack.of(model, linf(8 / 255.0), Pgd.steps(10), new Dgba());
 * AttackResult result = attack.run(device, images, labels, 1);   // images [N, 3, H, W] in [0, 1]; labels by task name
 * Tensor adversarial = result.adversarial();
 * }</pre>
 *
 * For several batches keep the compiled form:
 *
 * <pre>{@code
 * try (CompiledAttack compiled = attack.on(device)) {
 *     AttackResult first = compiled.run(images, labels, ImageKeys.of(seed, 0, 16));
 *     AttackResult second = compiled.run(moreImages, moreLabels, ImageKeys.of(seed, 16, 16));
 * }
 * }</pre>
 *
 * <p>Everything is done for each image by itself: row i of a batch equals that image attacked alone, bit for bit, given
 * the same key; but for a balancer that {@linkplain Balancer#couplesImages couples images}.
 *
 * @param model what is attacked
 * @param budget how far an image may move
 * @param rule how the attack walks
 * @param balancer how the tasks become one
 * @param aim what it is after
 */
public record Attack(Model model, Budget budget, StepRule rule, Balancer balancer, Aim aim) {

    public Attack {
        if (!(balancer instanceof LossWeights) && !(balancer instanceof DrawnWeights)
                && !(balancer instanceof Pixelwise) && !(balancer instanceof GramWeights)) {
            throw new IllegalArgumentException("balancer '" + balancer.name()
                    + "' says no direction; let it implement LossWeights, Pixelwise or GramWeights");
        }
        if (model.tasks().stream().noneMatch(balancer::attends)) {
            throw new IllegalArgumentException("balancer '" + balancer.name() + "' attends to no task of the model '"
                    + model.name() + "', which has "
                    + model.tasks().stream().map(Task::name).collect(Collectors.joining(", ")));
        }
        long attended = model.tasks().stream().filter(balancer::attends).count();
        if (balancer instanceof GramWeights && attended > GramWeights.MOST_TASKS) {
            throw new IllegalArgumentException("balancer '" + balancer.name() + "' looks at every subset of the tasks;"
                    + " it takes at most " + GramWeights.MOST_TASKS + ", the model '" + model.name() + "' has "
                    + attended);
        }
        if (rule.steps() < 1 || rule.restarts() < 1) {
            throw new IllegalArgumentException("step rule '" + rule.name() + "' has " + rule.steps() + " steps and "
                    + rule.restarts() + " restarts; both must be at least 1");
        }
        if (model.tasks().stream().map(Task::name).distinct().count() < model.tasks().size()) {
            throw new IllegalArgumentException("model '" + model.name() + "' has two tasks of one name: "
                    + model.tasks().stream().map(Task::name).collect(Collectors.joining(", ")));
        }
        refusal(rule, balancer).ifPresent(message -> {
            throw new IllegalArgumentException(message);
        });
        rule.check(budget);
        if (aim.quantized()) {
            EightBits.check(budget);
        }
    }

    /** Why a step rule and a balancer do not go together, in one line; empty if they do. */
    public static Optional<String> refusal(StepRule rule, Balancer balancer) {
        if (!rule.usesDirection() && !(balancer instanceof LossWeights)) {
            return Optional.of("attack '" + rule.name() + "' sees losses alone and balancer '" + balancer.name()
                    + "' works with gradients; with such an attack choose single, total, weighted, dgba, wgd or"
                    + " softmin");
        }
        return Optional.empty();
    }

    /** An attack from its parts. */
    public static Attack of(Model model, Budget budget, StepRule rule, Balancer balancer) {
        return new Attack(model, budget, rule, balancer, Aim.USUAL);
    }

    /** One step to the edge of the budget; a recipe begins so, {@code Attack.fgsm(linf(8 / 255.0)).on(model)}. */
    public static Recipe fgsm(Budget budget) {
        return Recipe.of("fgsm", budget, new Dgba());
    }

    /** Small steps from the clean image. */
    public static Recipe ifgsm(Budget budget) {
        return Recipe.of("ifgsm", budget, new Dgba());
    }

    /** Projected gradient descent: {@code Attack.pgd(linf(8 / 255.0)).steps(20).balancer(dgba()).on(model)}. */
    public static Recipe pgd(Budget budget) {
        return Recipe.of("pgd", budget, new Dgba());
    }

    /** Steps with momentum. */
    public static Recipe miFgsm(Budget budget) {
        return Recipe.of("mi-fgsm", budget, new Dgba());
    }

    /** Auto-PGD, which finds its step sizes. */
    public static Recipe apgd(Budget budget) {
        return Recipe.of("apgd", budget, new Dgba());
    }

    /** Random search with squares, which needs loss values alone; its steps are queries. */
    public static Recipe square(Budget budget) {
        return Recipe.of("square", budget, new Dgba());
    }

    /** Natural evolution strategies, which need loss values alone; their steps are queries. */
    public static Recipe nes(Budget budget) {
        return Recipe.of("nes", budget, new Dgba());
    }

    /** Random noise of full size, a control. */
    public static Recipe noise(Budget budget) {
        return Recipe.of("noise", budget, new Dgba());
    }

    /** The same attack with another aim. */
    public Attack aiming(Aim other) {
        return new Attack(model, budget, rule, balancer, other);
    }

    /** The name in results, without the balancer: the rule's, {@code pgd}, and its objective's, {@code pgd:segpgd}. */
    public String name() {
        return aim.name(rule);
    }

    /** The tasks that the balancer attends to, in the model's order. */
    public List<Task> attended() {
        return model.tasks().stream().filter(balancer::attends).toList();
    }

    /** What an image costs. */
    public Passes passes() {
        int settled = rule.keepsBest() ? 1 : 0;
        int backwards = !rule.usesDirection() ? 0
                : balancer instanceof Pixelwise || balancer instanceof GramWeights ? attended().size() : 1;
        return new Passes(rule.restarts() * (rule.steps() + settled) + 2, rule.restarts() * rule.steps() * backwards);
    }

    /** The attack on a device; close it to free its programs and memory there. */
    public CompiledAttack on(Device device) {
        return new CompiledAttack(this, device);
    }

    /**
     * Compiles, runs once and frees everything. Image i gets the key of image i under the seed.
     *
     * @param images floats {@code [N, 3, H, W]} in [0, 1]; not changed
     * @param labels for each task of the model labels of its label type; not changed
     */
    public AttackResult run(Device device, Tensor images, Map<String, Tensor> labels, long seed) {
        try (CompiledAttack compiled = on(device)) {
            return compiled.run(images, labels, ImageKeys.of(seed, 0, images.shape().dim(0)));
        }
    }
}
