// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far training is.
 *
 * @param step how many steps are done
 * @param steps how many there are
 * @param rate the learning rate of the last step
 * @param losses the mean loss of the last batch for each task, in the task's unit
 * @param imagesPerSecond how fast it went of late; 0 before there is a measure
 * @param remaining how long the rest will take at that speed
 */
public record TrainingProgress(int step, int steps, double rate, Map<String, Double> losses, double imagesPerSecond,
        Duration remaining) {

    public TrainingProgress {
        losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    }
}
