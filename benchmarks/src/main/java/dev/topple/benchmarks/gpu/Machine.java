// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.DeviceProvider;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonValue;

/** What can run here. */
public final class Machine {

    private Machine() {}

    /**
     * Writes down the devices and the Java.
     *
     * @param args {@code facts=FILE}
     */
    public static void main(String[] args) {
        Facts facts = Arguments.of(args).facts();
        for (DeviceProvider provider : Devices.providers()) {
            DeviceProvider.Availability found = provider.availability();
            facts.add(JsonValue.object().put("kind", "machine").put("name", "device " + provider.name())
                    .put("text", (found.available() ? "" : "no: ") + found.description()).build());
        }
        facts.add(JsonValue.object().put("kind", "machine").put("name", "Java")
                .put("text", Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors")
                .build());
    }
}
