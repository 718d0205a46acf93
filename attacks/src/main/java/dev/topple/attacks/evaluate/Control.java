// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.budget.Budget;
import java.util.Map;

/**
 * What random noise of a budget's full size did to the model: what an attack is worth begins above it.
 *
 * @param budget how far it moved images
 * @param tasks what became of each metric, by task and metric
 * @param arp the averaged relative performance in percent, as of an attack
 * @param arpInterval of that
 * @param meanLogLoss the mean over images of {@code sum_i log L_i}
 * @param meanLogLossInterval of that
 */
public record Control(Budget budget, Map<String, Map<String, Change>> tasks, double arp, Interval arpInterval,
        double meanLogLoss, Interval meanLogLossInterval) {}
