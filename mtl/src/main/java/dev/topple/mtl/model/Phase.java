// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

/** How a layer takes part in a graph. */
public enum Phase {
    /** As it is used: statistics are frozen, and images do not influence each other. */
    FROZEN,
    /** As it is trained: statistics are those of the batch, and running ones are updated. */
    TRAINING
}
