// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.Devices;
import org.junit.jupiter.api.Test;

class CudaProviderTest {

    @Test
    void isFoundAsAServiceAndSaysWhyItCannotRun() {
        DeviceProvider cuda =
                Devices.providers().stream().filter(provider -> provider.name().equals("cuda")).findFirst()
                        .orElseThrow();
        assertFalse(cuda.availability().available());
        DeviceUnavailableException refusal =
                assertThrows(DeviceUnavailableException.class, () -> Devices.open("cuda", DeviceOptions.DEFAULT));
        assertEquals(cuda.availability().description(), refusal.getMessage());
    }
}
