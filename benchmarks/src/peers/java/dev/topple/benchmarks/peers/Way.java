// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

/** How libtorch is made to compute DGBA's direction {@code sum_i grad L_i / L_i}. */
public enum Way {
    /** One backward pass of {@code sum_i stopgrad(1 / L_i) L_i}; weights are frozen, only the image has a gradient. */
    STRONG,
    /** As in the code released with the paper: a backward pass for each task, gradients of the weights and all. */
    RELEASED
}
