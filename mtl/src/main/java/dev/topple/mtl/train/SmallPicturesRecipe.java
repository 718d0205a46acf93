// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.mtl.model.DigitEncoder;
import dev.topple.mtl.model.LinearDecoder;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;

/** How models for the classes of small pictures, as MultiMNIST and CIFAR-100 have them, are usually made. */
public final class SmallPicturesRecipe {

    /** How many steps such a model is trained. */
    public static final int STEPS = 3000;

    private SmallPicturesRecipe() {}

    /** The model: its linear layers see where in a picture things are. */
    public static ModelDescription description(List<Task> tasks) {
        return new ModelDescription(new DigitEncoder.Settings(List.of(16, 32, 64), 2), new LinearDecoder.Settings(3),
                Normalisation.USUAL, tasks);
    }

    /**
     * The training.
     *
     * @param mirror whether a picture means the same in a mirror, which digits do not
     */
    public static TrainingConfiguration configuration(long seed, int steps, int batch, boolean mirror) {
        Schedule schedule = new Schedule.Cosine(2e-3, Math.min(100, steps / 10), steps);
        return new TrainingConfiguration(seed, steps, batch, schedule, Adam.Settings.ADAMW,
                new Augmentation(mirror, 0, 0, 0), Map.of(), 1, 1, 100);
    }
}
