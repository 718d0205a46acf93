// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One image under one step of DGBA, beside the linear program that the step is to solve. All values are averages over
 * the tasks that take part, so that they are relative loss changes: 0.5 is half a loss more. Maps are by task, in the
 * model's order, without tasks that take no part.
 *
 * @param epsilon how far pixels may move
 * @param optimum the largest predicted change that any allowed image has
 * @param dualBound what the dual program proves no allowed image to exceed
 * @param reached the predicted change of the image that the attack made
 * @param violation by how much that image leaves the box at its worst element, 0 if it keeps the budget
 * @param predicted the predicted relative change of each loss, {@code grad L_i . d / L_i}
 * @param actual the relative change of each loss that the model showed
 */
public record ImageExactness(double epsilon, double optimum, double dualBound, double reached, double violation,
        Map<String, Double> predicted, Map<String, Double> actual) {

    public ImageExactness {
        predicted = Collections.unmodifiableMap(new LinkedHashMap<>(predicted));
        actual = Collections.unmodifiableMap(new LinkedHashMap<>(actual));
    }

    /** How far the attack's step stays below what is possible, as a share of it; 0 where nothing is. */
    public double gap() {
        return dualBound == 0 ? 0 : (dualBound - reached) / dualBound;
    }

    /** The averaged relative change that the model showed. */
    public double averageActual() {
        return actual.values().stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** By how much the model's losses rose more than predicted, on average; below 0 if less. */
    public double surplus() {
        return averageActual() - reached;
    }
}
