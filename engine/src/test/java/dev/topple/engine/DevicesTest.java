// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {

    @Test
    void theReferenceIsAlwaysThere() {
        DeviceProvider reference = Devices.providers().stream()
                .filter(provider -> provider.name().equals("reference")).findAny().orElseThrow();
        assertTrue(reference.availability().available());
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            assertEquals("reference", device.name());
        }
    }

    @Test
    void providersAreSortedByName() {
        List<String> names = Devices.providers().stream().map(DeviceProvider::name).toList();
        assertEquals(names.stream().sorted().distinct().toList(), names);
    }

    @Test
    void anUnknownDeviceIsRefusedWithTheOnesThatAreThere() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Devices.open("tpu", DeviceOptions.DEFAULT)).getMessage();
        assertTrue(message.contains("'tpu'") && message.contains("reference"), message);
    }

    @Test
    void threadsAreCounted() {
        assertEquals(3, new DeviceOptions(3).resolvedThreads());
        assertEquals(Runtime.getRuntime().availableProcessors(), DeviceOptions.DEFAULT.resolvedThreads());
        assertThrows(IllegalArgumentException.class, () -> new DeviceOptions(-1));
        assertThrows(IllegalArgumentException.class, () -> new DeviceOptions(5000));
    }
}
