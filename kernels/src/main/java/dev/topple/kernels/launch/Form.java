// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.launch;

/** The order in which a value's elements lie. */
public enum Form {
    /** Row by row, as in the graph: images as [N][C][H][W]. */
    PLAIN,
    /** Images alone, channels last: [N][H][W][C]. */
    NHWC
}
