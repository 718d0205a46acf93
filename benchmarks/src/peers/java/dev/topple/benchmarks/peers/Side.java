// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

/** Who is measured. */
enum Side {
    TOPPLE, LIBTORCH
}
