// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Total;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MaskTest {

    private static final Mask LEFT = new Mask(1, 2, new boolean[] {true, false});

    @Test
    void aMaskIsResizedToTheNearest() {
        assertArrayEquals(new float[] {1, 1, 0, 0, 1, 1, 0, 0}, LEFT.of(Shape.of(1, 3, 2, 4)).floats());
        // The middle pixel's middle is on the border.
        assertArrayEquals(new float[] {1, 0, 0, 1, 0, 0}, LEFT.of(Shape.of(2, 3, 1, 3)).floats());
        Mask checks = new Mask(2, 2, new boolean[] {true, false, false, true});
        assertArrayEquals(new float[] {1, 0, 0, 1}, checks.of(Shape.of(1, 3, 2, 2)).floats());
        assertArrayEquals(new float[] {1}, new Mask(3, 3, new boolean[] {false, false, false, false, true, false,
            false, false, false}).of(Shape.of(1, 3, 1, 1)).floats());
        assertNotEquals(LEFT.checksum(), checks.checksum());
        assertEquals(LEFT.checksum(), new Mask(1, 2, new boolean[] {true, false}).checksum());
    }

    @Test
    void whatMayNotChangeDoesNotAndCanBePutBack() {
        Toys.ToyModel model = Toys.smooth(1, 0.05);
        Tensor images = Toys.random(Shape.of(2, 3, 4, 6), 3, 0, 1);
        Attack attack = Attack.of(model, linf(0.1), Pgd.steps(3), new Total());
        try (Device device = Toys.open("cpu");
                CompiledAttack compiled = attack.aiming(Aim.USUAL.withMask(true)).on(device)) {
            float[] after = compiled.run(images, Toys.labels(model, images), new long[] {1, 2}, 2,
                    Optional.of(LEFT.of(images.shape()))).adversarial().floats();
            Tensor noisy = Toys.random(images.shape(), 4, 0, 1);
            LEFT.restore(images, noisy);
            int moved = 0;
            for (int i = 0; i < after.length; i++) {
                boolean open = i % 6 < 3;
                assertTrue(open || after[i] == images.floats()[i]);
                assertEquals(!open, noisy.floats()[i] == images.floats()[i]);
                moved += after[i] == images.floats()[i] ? 0 : 1;
            }
            assertTrue(moved > 60, moved + " of 72");
        }
    }

    @Test
    void whatIsNoMaskIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Mask(2, 2, new boolean[3]));
        assertThrows(IllegalArgumentException.class, () -> new Mask(1, 2, new boolean[2]));
    }
}
