// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.random.RandomSource;

/**
 * A balancer that weighs the tasks without a look at them: by random numbers, afresh for every image and step. One
 * backward pass for all tasks.
 */
public interface DrawnWeights extends Balancer {

    /**
     * The weights of one image at one step.
     *
     * @param tasks how many there are
     * @param random random numbers of this image, walk and step alone
     * @return a finite number for each
     */
    double[] weights(int tasks, RandomSource random);
}
