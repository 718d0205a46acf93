// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import dev.topple.attacks.budget.Budget;

/**
 * A check that an attack failed.
 *
 * @param check which, {@code control} say
 * @param attack the name of the attack without its balancer
 * @param balancer the name of its balancer
 * @param budget how far images may move
 * @param finding what was seen, in a few words
 * @param explanation what that means and what to do; the same for all warnings of a check
 */
public record Warning(String check, String attack, String balancer, Budget budget, String finding,
        String explanation) {}
