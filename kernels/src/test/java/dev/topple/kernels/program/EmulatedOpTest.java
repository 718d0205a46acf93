// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Device;
import dev.topple.engine.optest.OpContract;

/** Every op of the device {@code cuda} on the emulator. */
class EmulatedOpTest extends OpContract {

    @Override
    protected String device() {
        return CudaDevice.NAME;
    }

    @Override
    protected Device open() {
        return EmulatedDevices.exact();
    }
}
