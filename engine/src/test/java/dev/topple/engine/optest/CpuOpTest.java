// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

/** Every op on the device {@code cpu}. */
class CpuOpTest extends OpContract {

    @Override
    protected String device() {
        return "cpu";
    }
}
