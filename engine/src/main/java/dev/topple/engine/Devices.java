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
     * Opens a device by name. Settings of other kinds of devices are checked and change nothing.
     *
     * @throws IllegalArgumentException if there is no such device, or no device has a setting, or not that value of it
     * @throws DeviceUnavailableException if it cannot run here
     */
    public static Device open(String name, DeviceOptions options) {
        List<DeviceProvider> providers = providers();
        options.settings().forEach((setting, value) -> check(providers, setting, value));
        for (DeviceProvider provider : providers) {
            if (provider.name().equals(name)) {
                return provider.open(options);
            }
        }
        throw new IllegalArgumentException("there is no device '" + name + "'; choose one of "
                + providers.stream().map(DeviceProvider::name).collect(Collectors.joining(", ")));
    }

    private static void check(List<DeviceProvider> providers, String name, String value) {
        List<DeviceSetting> all = providers.stream().flatMap(provider -> provider.settings().stream()).toList();
        List<DeviceSetting> meant = all.stream().filter(setting -> setting.name().equals(name)).toList();
        if (meant.isEmpty()) {
            throw new IllegalArgumentException("no device has a setting '" + name + "'; there is "
                    + all.stream().map(DeviceSetting::name).distinct().collect(Collectors.joining(", ")));
        }
        meant.forEach(setting -> setting.check(value));
    }
}
