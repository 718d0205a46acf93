// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Attack;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.StepRule;
import dev.topple.mtl.model.Model;

/**
 * One attack of an evaluation.
 *
 * @param budget how far an image may move
 * @param rule how to walk
 * @param balancer how the tasks become one
 * @param aim what it is after
 */
public record Plan(Budget budget, StepRule rule, Balancer balancer, Aim aim) {

    /** An attack with the usual aim. */
    public Plan(Budget budget, StepRule rule, Balancer balancer) {
        this(budget, rule, balancer, Aim.USUAL);
    }

    /** The attack on a model. */
    public Attack on(Model model) {
        return Attack.of(model, budget, rule, balancer).aiming(aim);
    }

    /** The name of the attack without the balancer, as {@link Attack#name}. */
    public String attack() {
        return aim.name(rule);
    }

    /** For people, without the budget: {@code pgd dgba}. */
    public String text() {
        return attack() + " " + balancer.name();
    }
}
