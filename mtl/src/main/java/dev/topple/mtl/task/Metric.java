// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

/**
 * A number that judges predictions.
 *
 * @param name the name in files and tables, {@code mIoU} say
 * @param higherIsBetter whether a good prediction has a high value
 * @param unit for people; empty for a fraction or ratio
 */
public record Metric(String name, boolean higherIsBetter, String unit) {}
