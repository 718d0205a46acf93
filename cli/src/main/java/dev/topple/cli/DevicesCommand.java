// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.DeviceProvider;
import dev.topple.engine.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code topple devices}. */
@Command(name = "devices", description = "Says what can run here, and if not, why not.",
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        for (DeviceProvider provider : Devices.providers()) {
            DeviceProvider.Availability availability = provider.availability();
            spec.commandLine().getOut().println(String.format("%-10s %-3s  %s", provider.name(),
                    availability.available() ? "yes" : "no", availability.description()));
        }
    }
}
