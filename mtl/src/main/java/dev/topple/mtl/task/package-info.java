// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Tasks: what a model predicts for an image, the label that it is compared with, the loss, the metrics and the best
 * constant prediction. A task knows no model and no data set.
 */
package dev.topple.mtl.task;
