// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;

/** Provides the device {@code reference}, which runs everywhere. */
public final class ReferenceProvider implements DeviceProvider {

    /** For the service loader. */
    public ReferenceProvider() {}

    @Override
    public String name() {
        return ReferenceDevice.NAME;
    }

    @Override
    public Availability availability() {
        return new Availability(true, ReferenceDevice.DESCRIPTION);
    }

    @Override
    public ReferenceDevice open(DeviceOptions options) {
        return new ReferenceDevice();
    }
}
