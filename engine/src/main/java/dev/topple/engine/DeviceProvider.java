// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.List;

/** Opens devices of one kind; found by {@link java.util.ServiceLoader}. */
public interface DeviceProvider {

    /** The name by which the device is chosen, {@code cpu} say. */
    String name();

    /** Whether such a device can run here, and why not. Never throws. */
    Availability availability();

    /** What devices of this kind can be told beside what all understand. */
    default List<DeviceSetting> settings() {
        return List.of();
    }

    /**
     * Opens a device.
     *
     * @throws DeviceUnavailableException if it cannot run here
     */
    Device open(DeviceOptions options);

    /**
     * Whether a device can run here.
     *
     * @param available whether it can
     * @param description what it is, or in one sentence why it cannot run and what would help
     */
    record Availability(boolean available, String description) {}
}
