// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.DeviceProvider;
import dev.topple.engine.optest.DeviceContract;
import dev.topple.kernels.CudaProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/** What the device {@code cuda} promises besides right numbers, on a GPU; skips where there is none. */
@Tag("gpu")
class GpuDeviceTest extends DeviceContract {

    static void requireGpu() {
        DeviceProvider.Availability found = new CudaProvider().availability();
        Assumptions.assumeTrue(found.available(), found::description);
    }

    @Override
    protected String device() {
        return CudaDevice.NAME;
    }
}
