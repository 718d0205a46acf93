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
 * @param batch how many images are computed at a time
 * @param schedule the learning rates
 * @param optimiser the optimiser
 * @param augmentation how images are varied
 * @param lossWeights what the loss of a task counts in the sum; 1 for tasks that are not named
 * @param encoderRate what the learning rate is multiplied by for the encoder: below 1 where it was trained before
 * @param accumulate how many batches a step takes, whose gradients are averaged
 * @param checkpointEvery how many steps lie between checkpoints
 */
public record TrainingConfiguration(long seed, int steps, int batch, Schedule schedule,
        OptimiserSettings optimiser, Augmentation augmentation, Map<String, Double> lossWeights, double encoderRate,
        int accumulate, int checkpointEvery) {

    /** A training that enlarges nothing and changes the encoder as much as the rest. */
    public TrainingConfiguration(long seed, int steps, int batch, Schedule schedule, OptimiserSettings optimiser,
            boolean mirror, double brightness, Map<String, Double> lossWeights, int checkpointEvery) {
        this(seed, steps, batch, schedule, optimiser, new Augmentation(mirror, brightness, 0, 0), lossWeights, 1, 1,
                checkpointEvery);
    }

    public TrainingConfiguration {
        lossWeights = Map.copyOf(lossWeights);
        if (steps < 1 || batch < 1 || checkpointEvery < 1) {
            throw new IllegalArgumentException("training takes at least one step, one image a step and one step between"
                    + " checkpoints, not " + steps + ", " + batch + " and " + checkpointEvery);
        }
        if (accumulate < 1) {
            throw new IllegalArgumentException("a step takes at least one batch, not " + accumulate);
        }
        if (!(encoderRate >= 0) || !Double.isFinite(encoderRate)) {
            throw new IllegalArgumentException(
                    "the encoder's learning rate must be multiplied by 0 or more, not by " + encoderRate);
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

    /** How many images a step takes. */
    public int images() {
        return batch * accumulate;
    }

    /** What checkpoints and models say of it: all but when checkpoints are written. */
    public JsonObject toJson() {
        JsonValue.Builder weights = JsonValue.object();
        new TreeMap<>(lossWeights).forEach((task, weight) -> weights.put(task, weight.doubleValue()));
        JsonValue.Builder json = JsonValue.object().put("seed", seed).put("steps", steps).put("batch", batch)
                .put("schedule", schedule.toJson()).put("accumulate", accumulate).put("optimiser", optimiser.toJson());
        augmentation.put(json);
        return json.put("lossWeights", weights.build()).put("encoderRate", encoderRate).build();
    }
}
