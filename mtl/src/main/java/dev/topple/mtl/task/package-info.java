// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Tasks: what a model predicts for an image, the label that it is compared with, the loss, the metrics, when an attack
 * counts as a success, the best constant prediction, and how labels and predictions are drawn. A task knows no model
 * and no data set. Which kinds of tasks there are is open: others add theirs as services.
 */
package dev.topple.mtl.task;
