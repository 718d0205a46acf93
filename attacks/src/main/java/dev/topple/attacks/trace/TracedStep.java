// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One image at one iterate, and the step that the attack took from there. Maps are by task name, in the model's order.
 * What is not defined is NaN.
 *
 * @param row of the batch
 * @param walk which walk, from 0
 * @param step how many steps of the walk were done before; one record more than there are steps
 * @param losses of all tasks of the model
 * @param merit the balancer's; of a targeted attack negated, so that it always grows
 * @param perturbation how far the image is from the clean one, in the budget's norm
 * @param atBudget the share of channel values that can go no further the way they went: changed by epsilon, or changed
 *     and 0 or 1. NaN for L2, whose budget is one of the whole image
 * @param stepSize the size of the step taken, in the budget's norm; none at the end of a walk
 * @param weights of the tasks' gradients in the direction of this step, as the balancer gave them: a common positive
 *     factor means nothing. Empty for a balancer that has none, and at the end of a walk
 * @param gradientNorms the Euclidean length of each gradient that the steps follow; empty where they follow none
 * @param cosines between each two of these gradients, the first task before the second in the model's order
 * @param agreement the share of the channel values that this step moved and that it moved the way the task alone would
 *     have it: by the sign of its gradient, or in a targeted attack against it. Empty at the end of a walk
 */
public record TracedStep(int row, int walk, int step, Map<String, Double> losses, double merit, double perturbation,
        double atBudget, OptionalDouble stepSize, Map<String, Double> weights, Map<String, Double> gradientNorms,
        Map<String, Map<String, Double>> cosines, Map<String, Double> agreement) {

    /** Copies the maps, in their order. */
    public TracedStep {
        losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        gradientNorms = Collections.unmodifiableMap(new LinkedHashMap<>(gradientNorms));
        cosines = Collections.unmodifiableMap(new LinkedHashMap<>(cosines));
        agreement = Collections.unmodifiableMap(new LinkedHashMap<>(agreement));
    }
}
