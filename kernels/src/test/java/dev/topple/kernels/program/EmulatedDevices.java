// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Precision;
import dev.topple.kernels.emulator.EmulatedDriver;
import dev.topple.kernels.emulator.EmulatorOptions;
import java.util.Optional;

/** The device {@code cuda} on the emulator, with all its checks. */
final class EmulatedDevices {

    private EmulatedDevices() {}

    static CudaDevice exact() {
        return new CudaDevice(new EmulatedDriver(), Precision.EXACT);
    }

    static CudaDevice fast() {
        return new CudaDevice(new EmulatedDriver(), Precision.FAST);
    }

    /** Without joining ops. */
    static CudaDevice plain() {
        return new CudaDevice(new EmulatedDriver(), Precision.EXACT, stream -> Optional.empty(), false);
    }

    static CudaDevice withMemory(long bytes) {
        return new CudaDevice(new EmulatedDriver(EmulatorOptions.standard().withMemoryBytes(bytes)), Precision.EXACT);
    }
}
