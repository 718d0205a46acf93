// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.Simd;

/** Opens the device {@code cpu}, which can run everywhere. */
public final class CpuProvider implements DeviceProvider {

    /** For the service loader. */
    public CpuProvider() {}

    @Override
    public String name() {
        return CpuDevice.NAME;
    }

    @Override
    public Availability availability() {
        int threads = DeviceOptions.DEFAULT.resolvedThreads();
        return new Availability(true, threads + (threads == 1 ? " thread, " : " threads, ")
                + LaneKernels.of(Simd.chosen()).description());
    }

    @Override
    public Device open(DeviceOptions options) {
        return new CpuDevice(options);
    }
}
