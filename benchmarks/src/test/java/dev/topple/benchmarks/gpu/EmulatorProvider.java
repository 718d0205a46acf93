// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.kernels.emulator.EmulatedDriver;
import dev.topple.kernels.program.CudaDevice;

/** The device {@code cuda} on the emulator of the tests, by the name {@code emulator}: for trying what a GPU is to run. */
public final class EmulatorProvider implements DeviceProvider {

    static final String NAME = "emulator";

    /** For {@link java.util.ServiceLoader}. */
    public EmulatorProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return new Availability(true, "the kernels of the device cuda, step by step on the processor; for tests");
    }

    @Override
    public Device open(DeviceOptions options) {
        return new CudaDevice(new EmulatedDriver(), options.precision());
    }
}
