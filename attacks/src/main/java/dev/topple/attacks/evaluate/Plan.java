// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.step.StepRule;

/** One attack of an evaluation: how to walk, and how the tasks become one. */
public record Plan(StepRule rule, Balancer balancer) {

    /** For people: {@code pgd dgba}. */
    public String text() {
        return rule.name() + " " + balancer.name();
    }
}
