// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Training of multi-task models: the step as a graph, optimisers, schedules, augmentation, the images that judge on the
 * way, the curve of the losses, checkpoints and exact resumption; and the
 * evaluation that says how good a model is. Nothing is printed here: a
 * {@link dev.topple.mtl.train.TrainingListener} is told.
 */
package dev.topple.mtl.train;
