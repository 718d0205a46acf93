// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import java.util.Map;

/**
 * The model on clean images. Maps are by task and metric, in the orders of the model and of its tasks' metrics.
 *
 * @param metrics the metrics of each task
 * @param intervals of each metric
 * @param released the released metrics of each task, {@link ReleasedOutcome}
 * @param meanLogLoss the mean over images of {@code sum_i log L_i}, over tasks with a valid pixel
 * @param meanLogLossInterval of that
 * @param parts the metrics' parts of each image, from which those of any selection of images can be computed
 */
public record CleanOutcome(Map<String, Map<String, Double>> metrics, Map<String, Map<String, Interval>> intervals,
        Map<String, Map<String, Double>> released, double meanLogLoss, Interval meanLogLossInterval,
        Map<String, double[][]> parts) {}
