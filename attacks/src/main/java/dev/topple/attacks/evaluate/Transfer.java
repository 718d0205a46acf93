// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.budget.Budget;
import java.util.Map;

/**
 * What attacks on single tasks do to the others.
 *
 * <p>Zhang et al., arXiv 2305.12066, speak of a transferability ratio, but neither the public text nor the released
 * code defines it. {@code ratio} is a definition of our own.
 *
 * @param attack the name of the attack without its balancers
 * @param budget how far it may move images
 * @param drops by attacked task and by task, what became of it
 * @param ratio the mean, over all pairs of two tasks that were attacked, of the drop of the second under the attack on
 *     the first over its drop under the attack on itself; pairs whose second drop is not above 0 are left out
 * @param ratioInterval of that
 */
public record Transfer(String attack, Budget budget, Map<String, Map<String, Drop>> drops, double ratio,
        Interval ratioInterval) {

    /**
     * What became of a task.
     *
     * @param percent the mean over its metrics of the relative change for the worse, in percent
     * @param interval of that
     */
    public record Drop(double percent, Interval interval) {}
}
