// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.Validation;
import java.util.Optional;

/**
 * What is trained, how and on what.
 *
 * @param validation what judges the weights on the way
 * @param judges what judges the model in the end
 * @param constants what the best constants are taken from
 * @param command what to type for the images, starting with a space
 */
record Lesson(ModelDescription description, TrainingConfiguration configuration, Dataset images,
        Optional<Validation> validation, Dataset judges, Dataset constants, String command) {}
