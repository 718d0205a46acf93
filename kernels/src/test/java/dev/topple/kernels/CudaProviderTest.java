// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.Devices;
import dev.topple.kernels.program.BlasChoice;
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
        String before = System.getProperty(BlasChoice.PROPERTY);
        System.setProperty(BlasChoice.PROPERTY, "mkl");
        try {
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                    () -> new CudaProvider().open(DeviceOptions.DEFAULT));
            assertEquals("blas mkl: use auto, cublas or own", refusal.getMessage());
        } finally {
            if (before == null) {
                System.clearProperty(BlasChoice.PROPERTY);
            } else {
                System.setProperty(BlasChoice.PROPERTY, before);
            }
        }
    }
}
