// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.DeviceUnavailableException;

/** Opens the device {@code cuda}. There is none yet, whatever the machine has, and this says so. */
public final class CudaProvider implements DeviceProvider {

    private static final Availability NONE = new Availability(false,
            "this version of Topple has no CUDA device yet; use the device cpu");

    /** For {@link java.util.ServiceLoader}. */
    public CudaProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public Availability availability() {
        return NONE;
    }

    @Override
    public Device open(DeviceOptions options) {
        throw new DeviceUnavailableException(NONE.description());
    }
}
