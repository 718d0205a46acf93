// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** What an instruction does for the lanes of a warp that take part. */
@FunctionalInterface
interface Action {

    /** @param mask the lanes, one bit each */
    void run(Warp warp, int mask);
}
