// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CudaProviderTest {

    @Test
    void isFoundAsAServiceAndSaysWhyItCannotRun() {
        DeviceProvider cuda =
                Devices.providers().stream().filter(provider -> provider.name().equals("cuda")).findFirst()
                        .orElseThrow();
        Assumptions.assumeFalse(cuda.availability().available(), "there is a GPU here");
        DeviceUnavailableException refusal =
                assertThrows(DeviceUnavailableException.class, () -> Devices.open("cuda", DeviceOptions.DEFAULT));
        assertEquals(cuda.availability().description(), refusal.getMessage());
    }

    @Test
    void refusesALibraryThatItDoesNotKnow() {
        DeviceOptions options = DeviceOptions.DEFAULT.with("blas", "mkl");
        for (String device : List.of("cuda", "reference")) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> Devices.open(device, options));
            assertEquals("blas mkl: use auto, cublas or own", refusal.getMessage());
        }
        IllegalArgumentException unknown = assertThrows(IllegalArgumentException.class,
                () -> Devices.open("cuda", DeviceOptions.DEFAULT.with("bias", "own")));
        assertEquals("no device has a setting 'bias'; there is blas", unknown.getMessage());
    }

    @Test
    void otherDevicesDoNotMindItsSettings() {
        DeviceOptions options = DeviceOptions.DEFAULT.with("blas", "cuBLAS");
        assertEquals(Optional.of("cuBLAS"), options.setting("blas"));
        try (Device device = Devices.open("reference", options.with(Precision.EXACT))) {
            assertEquals("reference", device.name());
        }
    }
}
