// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * How the tasks of a model become one direction and one merit per image. A balancer is small: it sees the losses in the
 * graph (or the tasks' gradients) and knows nothing of budgets, steps or programs. To write one, implement
 * {@link dev.topple.attacks.balance.LossWeights}, {@link dev.topple.attacks.balance.Pixelwise} or
 * {@link dev.topple.attacks.balance.GramWeights}. A class called
 * {@code Released…} follows published code, quirks included, beside the balancer to use.
 */
package dev.topple.attacks.balance;
