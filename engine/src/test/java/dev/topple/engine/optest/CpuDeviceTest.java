// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

/** What the device {@code cpu} promises besides right numbers. */
class CpuDeviceTest extends DeviceContract {

    @Override
    protected String device() {
        return "cpu";
    }
}
