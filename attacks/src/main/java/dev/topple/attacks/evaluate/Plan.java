// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.StepRule;

/**
 * One attack of an evaluation.
 *
 * @param budget how far an image may move
 * @param rule how to walk
 * @param balancer how the tasks become one
 */
public record Plan(Budget budget, StepRule rule, Balancer balancer) {

    /** For people, without the budget: {@code pgd dgba}. */
    public String text() {
        return rule.name() + " " + balancer.name();
    }
}
