// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An attack on the emulated device {@code cuda} is the attack on the device {@code cpu}. */
class ParityTest {

    private static final int IMAGES = 2;

    private static Model model(long seed) {
        return MultiTaskModel.create("small",
                new ModelDescription(new ResidualEncoder.Settings(4, List.of(4, 6), List.of(1, 1)),
                        new PyramidDecoder.Settings(4), Normalisation.USUAL, RoomsDataset.tasks()),
                seed);
    }

    private static Parity parity(Precision precision) {
        RoomsDataset rooms = RoomsDataset.heldOut(IMAGES, 16, 20);
        try (Device cpu = Devices.open("cpu", new DeviceOptions(1, Precision.EXACT));
                Device emulated = Devices.open(EmulatorProvider.NAME, new DeviceOptions(0, precision))) {
            return Parity.of(model(7), rooms, new Ifgsm(2), cpu, emulated);
        }
    }

    @Test
    void exactAttacksGoTheSameWay() {
        Parity parity = parity(Precision.EXACT);
        assertTrue(parity.losses() < 1e-5, parity::toString);
        assertTrue(parity.signs() >= 0.999, parity::toString);
        assertNotEquals(0, parity.trustedArp(), "the attack does some damage");
        assertTrue(parity.arpDifference() <= 0.01, parity::toString);
        assertTrue(parity.sameBits(), parity::toString);
    }

    @Test
    void fastAttacksRoundAndRepeat() {
        Parity parity = parity(Precision.FAST);
        assertTrue(parity.losses() < 1e-2, parity::toString);
        assertTrue(parity.signs() >= 0.9, parity::toString);
        assertTrue(parity.sameBits(), parity::toString);
    }

    @Test
    void anotherModelIsNoticed() {
        try (Device cpu = Devices.open("cpu", new DeviceOptions(1, Precision.EXACT));
                Batches batches = Batches.of(RoomsDataset.heldOut(1, 18, 24), 1)) {
            Batch batch = batches.next().orElseThrow();
            Direction one = Direction.of(model(7), batch.images(), batch.labels(), cpu);
            Direction other = Direction.of(model(8), batch.images(), batch.labels(), cpu);
            assertTrue(one.signs(other) < 0.9, () -> "signs " + one.signs(other));
            assertTrue(one.difference(other) > 0.1, () -> "difference " + one.difference(other));
            assertTrue(one.lossDifference(other) > 1e-3, () -> "losses " + one.lossDifference(other));
        }
    }
}
