// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The devices that are on the class path or module path. */
public final class Devices {

    private Devices() {}

    /** All kinds of devices, by name. */
    public static List<DeviceProvider> providers() {
        List<DeviceProvider> providers = new ArrayList<>();
        ServiceLoader.load(DeviceProvider.class, DeviceProvider.class.getClassLoader()).forEach(providers::add);
        providers.sort(Comparator.comparing(DeviceProvider::name));
        return providers;
    }

    /**
     * Opens a device by name.
     *
     * @throws IllegalArgumentException if there is no such device
     * @throws DeviceUnavailableException if it cannot run here
     */
    public static Device open(String name, DeviceOptions options) {
        List<DeviceProvider> providers = providers();
        for (DeviceProvider provider : providers) {
            if (provider.name().equals(name)) {
                return provider.open(options);
            }
        }
        throw new IllegalArgumentException("there is no device '" + name + "'; choose one of "
                + providers.stream().map(DeviceProvider::name).collect(Collectors.joining(", ")));
    }
}
