// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.Toys;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EightBitsTest {

    private static final Shape IMAGES = Shape.of(2, 3, 8, 8);

    private static float[] levels(float... levels) {
        float[] pixels = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            pixels[i] = (float) (levels[i] / 255.0);
        }
        return pixels;
    }

    private static float[] rounded(double levels, float[] clean, float[] attacked) {
        Shape shape = Shape.of(1, clean.length);
        float[] pixels = EightBits.rounded(linf(levels / 255), Tensor.of(shape, clean), Tensor.of(shape, attacked))
                .floats();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] *= 255;
        }
        return pixels;
    }

    @Test
    void pixelsAreRoundedToTheSideOfThePerturbationWithinTheBudget() {
        assertArrayEquals(new float[] {18, 2, 11, 9, 10, 255, 0},
                rounded(8, levels(10, 10, 10, 10, 10, 254.5f, 3),
                        levels(17.99f, 2.01f, 10.1f, 9.9f, 10, 255, 0)),
                1e-3f);
        // Half a level off: nine levels away is too far, so eight it is, and back.
        assertArrayEquals(new float[] {18, 3, 11, 10}, rounded(8, levels(10.5f, 10.5f, 10.5f, 10.5f),
                levels(18.4f, 2.6f, 10.6f, 10.4f)), 1e-3f);
        assertArrayEquals(new float[] {11, 9}, rounded(1.7, levels(10, 10), levels(11.7f, 8.3f)), 1e-3f);
    }

    @Test
    void theEdgeOfTheBudgetIsKeptThoughFloatsOfBothEndsAreRounded() {
        float[] clean = new float[248];
        float[] attacked = new float[248];
        for (int i = 0; i < clean.length; i++) {
            clean[i] = (float) (i / 255.0);
            // As programs stay inside of the budget.
            attacked[i] = clean[i] + (float) (8 / 255.0 - 0x1p-24);
        }
        float[] pixels = rounded(8, clean, attacked);
        for (int i = 0; i < clean.length; i++) {
            assertEquals(i + 8, pixels[i], 1e-3f);
        }
    }

    @Test
    void attacksGiveEightBitImagesWithinEitherBudgetThatKeepTheirEffect() {
        var model = Toys.smooth(1, 0.05);
        Tensor any = Toys.random(IMAGES, 5, 0, 1);
        Tensor eight = Tensor.zeros(any.type());
        for (int i = 0; i < any.floats().length; i++) {
            eight.floats()[i] = (float) (Math.rint(any.floats()[i] * 255) / 255);
        }
        for (Tensor images : new Tensor[] {any, eight}) {
            for (Budget budget : new Budget[] {linf(3 / 255.0), linf(2.5 / 255), Budgets.l2(0.3)}) {
                Attack attack = Attack.of(model, budget, Pgd.steps(10), new Dgba());
                try (Device device = Toys.open("cpu")) {
                    AttackResult plain = attack.run(device, images, Toys.labels(model, images), 1);
                    AttackResult bits = attack.aiming(Aim.USUAL.withEightBits(true))
                            .run(device, images, Toys.labels(model, images), 1);
                    for (int row = 0; row < 2; row++) {
                        int each = IMAGES.size() / 2;
                        double size = EightBits.size(budget, images.floats(), bits.adversarial().floats(), row * each,
                                (row + 1) * each);
                        assertTrue(size <= budget.epsilon() + 1e-12, size + " under " + budget);
                        double effect = bits.finalMerit()[row] - bits.cleanMerit()[row];
                        double before = plain.finalMerit()[row] - plain.cleanMerit()[row];
                        assertTrue(effect > 0.6 * before, effect + " of " + before + " under " + budget);
                    }
                    assertArrayEquals(plain.cleanMerit(), bits.cleanMerit());
                }
            }
        }
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Attack
                .of(Toys.smooth(1), linf(0.5 / 255), Pgd.steps(1), new Dgba())
                .aiming(Aim.USUAL.withEightBits(true))).getMessage();
        assertTrue(message.contains("steps of 1/255"), message);
        Tensor odd = Tensor.filled(Shape.of(1, 3000), (float) (10.5 / 255));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> EightBits.rounded(Budgets.l2(0.01), odd, odd))
                .getMessage().contains("larger epsilon"));
        assertEquals(Double.POSITIVE_INFINITY,
                EightBits.size(linf(0.1), new float[1], new float[] {0.0001f}, 0, 1));
        assertTrue(Double.isNaN(EightBits.size(linf(0.1), new float[1], new float[] {Float.NaN}, 0, 1)));
    }
}
