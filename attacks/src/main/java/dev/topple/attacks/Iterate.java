// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Where an attack is.
 *
 * @param walk which walk, from 0
 * @param step how many steps of the walk are done: 0 at its start
 * @param images the iterates, floats {@code [N, 3, H, W]}; a copy
 * @param best the best images by the balancer's merit of all that it was asked about so far, so without the iterates,
 *     floats {@code [N, 3, H, W]}; a copy. Of an attack whose result is the last iterate the clean images
 * @param weights those of the gradients of the tasks that the balancer attends to, floats {@code [N, T]}, in the step
 *     that led here, where the host decided on them: for {@link dev.topple.attacks.balance.DrawnWeights} and
 *     {@link dev.topple.attacks.balance.GramWeights}; an image's common positive factor means nothing
 */
public record Iterate(int walk, int step, Tensor images, Tensor best, Optional<Tensor> weights) {}
