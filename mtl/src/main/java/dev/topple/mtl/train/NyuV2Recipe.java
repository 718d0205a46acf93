// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.List;
import java.util.Map;

/**
 * How a model for NYUv2 is made: one like the default model's, so that it can start with its weights. There are 795
 * images alone, so they are varied more and weights shrink more.
 */
public final class NyuV2Recipe {

    /** The seed of weights, order and augmentation. */
    public static final long SEED = 1;

    /** How many steps it is trained. */
    public static final int STEPS = 2500;

    /** How many images a step takes. */
    public static final int BATCH = 16;

    private NyuV2Recipe() {}

    /** A model for the tasks of a data set. */
    public static ModelDescription description(List<Task> tasks) {
        return new ModelDescription(
                new ResidualEncoder.Settings(32, List.of(32, 48, 96, 128), List.of(2, 2, 2, 1)),
                new PyramidDecoder.Settings(32), Normalisation.USUAL, tasks);
    }

    /** The training for some tasks. The loss of normals is small beside the others', so it counts more. */
    public static TrainingConfiguration configuration(long seed, int steps, int batch, List<Task> tasks) {
        Schedule schedule = new Schedule.Cosine(2e-3, Math.min(200, steps / 10), steps);
        Adam.Settings adam = new Adam.Settings(0.9, 0.999, 1e-8, 0.05, true);
        return new TrainingConfiguration(seed, steps, batch, schedule, adam,
                new Augmentation(true, 0.25, 0, 0.6),
                Tasks.names(tasks).contains(Normals.NAME) ? Map.of(Normals.NAME, 3.0) : Map.of(), 1, 1, 100);
    }
}
