// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import dev.topple.engine.optest.OpContract;
import org.junit.jupiter.api.Tag;

/** Every op of the device {@code cuda} on a GPU; skips where there is none. */
@Tag("gpu")
class GpuOpTest extends OpContract {

    @Override
    protected String device() {
        return CudaDevice.NAME;
    }

    @Override
    protected Device open() {
        GpuDeviceTest.requireGpu();
        return Devices.open(CudaDevice.NAME, new DeviceOptions(0, Precision.EXACT));
    }
}
