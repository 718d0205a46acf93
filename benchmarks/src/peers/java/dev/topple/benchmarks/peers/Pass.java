// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

/** What is computed of a convolution. */
public enum Pass {
    /** The result. */
    FORWARD,
    /** The gradient of the image. */
    INPUT_GRADIENT
}
