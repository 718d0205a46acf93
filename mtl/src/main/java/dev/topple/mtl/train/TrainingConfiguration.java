// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a model is trained. With the data and the model's first weights it determines every bit of the result on a
 * device.
 *
 * @param seed of the order of the images and of what is done to them
 * @param steps how many steps there are
 * @param batch how many images a step takes
 * @param schedule the learning rates
 * @param adam the optimiser
 * @param mirror whether half of the images are mirrored left to right
 * @param brightness by how much the brightness of images varies: a factor from 1 - this to 1 + this
 * @param zoom by how much images are enlarged, a part of each filling the whole: a factor from 1 to 1 + this
 * @param lossWeights what the loss of a task counts in the sum; 1 for tasks that are not named
 * @param checkpointEvery how many steps lie between checkpoints
 */
public record TrainingConfiguration(long seed, int steps, int batch, Schedule schedule, Adam.Settings adam,
        boolean mirror, double brightness, double zoom, Map<String, Double> lossWeights, int checkpointEvery) {

    /** A training that enlarges nothing. */
    public TrainingConfiguration(long seed, int steps, int batch, Schedule schedule, Adam.Settings adam,
            boolean mirror, double brightness, Map<String, Double> lossWeights, int checkpointEvery) {
        this(seed, steps, batch, schedule, adam, mirror, brightness, 0, lossWeights, checkpointEvery);
    }

    public TrainingConfiguration {
        lossWeights = Map.copyOf(lossWeights);
        if (steps < 1 || batch < 1 || checkpointEvery < 1) {
            throw new IllegalArgumentException("training takes at least one step, one image a step and one step between"
                    + " checkpoints, not " + steps + ", " + batch + " and " + checkpointEvery);
        }
        if (!(brightness >= 0 && brightness < 1)) {
            throw new IllegalArgumentException("the brightness must vary by 0 to below 1, not by " + brightness);
        }
        if (!(zoom >= 0) || !Double.isFinite(zoom)) {
            throw new IllegalArgumentException("images must be enlarged by 0 or more, not by " + zoom);
        }
        lossWeights.forEach((task, weight) -> {
            if (!(weight >= 0) || !Double.isFinite(weight)) {
                throw new IllegalArgumentException("the weight of the loss of " + task + " must be at least 0, not "
                        + weight);
            }
        });
    }

    /** The weight of a task's loss. */
    public double lossWeight(String task) {
        return lossWeights.getOrDefault(task, 1.0);
    }

    /** What checkpoints say of it: all but when they are written. */
    JsonObject toJson() {
        JsonValue.Builder weights = JsonValue.object();
        new TreeMap<>(lossWeights).forEach((task, weight) -> weights.put(task, weight.doubleValue()));
        return JsonValue.object().put("seed", seed).put("steps", steps).put("batch", batch)
                .put("schedule", schedule.toJson()).put("adam", adam.toJson()).put("mirror", mirror)
                .put("brightness", brightness).put("zoom", zoom).put("lossWeights", weights.build()).build();
    }
}
