// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.DefaultModel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An attack on the default model on a GPU is the attack on the device {@code cpu}; skips where there is no GPU. */
@Tag("gpu")
class GpuParityTest {

    private static final int IMAGES = 32;

    @Test
    void attacksGoTheSameWay() {
        DeviceProvider.Availability found = Devices.providers().stream()
                .filter(provider -> provider.name().equals("cuda")).findFirst().orElseThrow().availability();
        Assumptions.assumeTrue(found.available(), found::description);
        RoomsDataset rooms = RoomsDataset.heldOut(IMAGES, RoomsDataset.HEIGHT, RoomsDataset.WIDTH);
        try (Device cpu = Devices.open("cpu", new DeviceOptions(0, Precision.EXACT));
                Device cuda = Devices.open("cuda", new DeviceOptions(0, Precision.EXACT))) {
            Parity parity = Parity.of(DefaultModel.load().model(), rooms, Pgd.steps(10), cpu, cuda);
            assertTrue(parity.signs() >= 0.999, parity::toString);
            assertTrue(parity.arpDifference() <= 0.01, parity::toString);
            assertTrue(parity.sameBits(), parity::toString);
        }
    }
}
