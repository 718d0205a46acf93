// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;

/**
 * How the default model is made: a model of less than a million parameters and about 0.3 billion multiplications an
 * image, trained on <i>Rooms</i>.
 */
public final class DefaultRecipe {

    /** The seed of weights, order and augmentation. */
    public static final long SEED = 1;

    /** How many scenes it is trained on. */
    public static final int SCENES = 3072;

    /** How many held-out scenes it is judged by. */
    public static final int HELD_OUT = 256;

    /** How many steps it is trained. */
    public static final int STEPS = 2000;
    /** How many scenes a step takes. */
    public static final int BATCH = 16;

    private DefaultRecipe() {}

    /** The model. */
    public static ModelDescription description() {
        return description(RoomsDataset.tasks());
    }

    /** A model of the same kind for other tasks. */
    public static ModelDescription description(List<Task> tasks) {
        return new ModelDescription(
                new ResidualEncoder.Settings(32, List.of(32, 48, 96, 128), List.of(2, 2, 2, 1)),
                new PyramidDecoder.Settings(32), Normalisation.USUAL, tasks);
    }

    /** The training. */
    public static TrainingConfiguration configuration() {
        return configuration(SEED, STEPS, BATCH);
    }

    /** The training with another seed, length or batch. */
    public static TrainingConfiguration configuration(long seed, int steps, int batch) {
        Schedule schedule = new Schedule.Cosine(2e-3, Math.min(100, steps / 10), steps);
        return new TrainingConfiguration(seed, steps, batch, schedule, Adam.Settings.ADAMW, true, 0.1, Map.of(), 100);
    }

    /** The scenes to train on. */
    public static RoomsDataset training() {
        return RoomsDataset.training(SCENES, RoomsDataset.HEIGHT, RoomsDataset.WIDTH);
    }

    /** The scenes to judge by. */
    public static RoomsDataset heldOut() {
        return RoomsDataset.heldOut(HELD_OUT, RoomsDataset.HEIGHT, RoomsDataset.WIDTH);
    }
}
