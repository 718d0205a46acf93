// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Device;
import dev.topple.engine.optest.DeviceContract;

/** What the device {@code cuda} promises besides right numbers, on the emulator. */
class EmulatedDeviceTest extends DeviceContract {

    @Override
    protected String device() {
        return CudaDevice.NAME;
    }

    @Override
    protected Device open() {
        return EmulatedDevices.exact();
    }
}
