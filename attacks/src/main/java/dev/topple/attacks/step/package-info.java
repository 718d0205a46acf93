// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * How an attack walks: where it starts, how it steps along the balanced direction, how often, and whether it keeps the
 * best iterate. A rule adds nodes to a graph that the attack compiles; it knows neither model nor tasks. To write one,
 * implement {@link dev.topple.attacks.step.StepRule}.
 */
package dev.topple.attacks.step;
