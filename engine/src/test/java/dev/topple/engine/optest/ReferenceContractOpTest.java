// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

/**
 * The device {@code reference} through the body that all devices share: trivially equal to itself, but it shows that
 * rounding, types and repetition are in order, and that the body runs.
 */
class ReferenceContractOpTest extends OpContract {

    @Override
    protected String device() {
        return "reference";
    }
}
