// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import static dev.topple.attacks.budget.Budgets.l2;
import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ApgdTest {

    @Test
    void checkpointsAreThoseOfThePaper() {
        assertEquals(List.of(22, 41, 57, 70, 80, 87, 93, 99), Apgd.checkpoints(100));
        assertEquals(List.of(11, 21, 29, 35, 40, 44, 47, 50), Apgd.checkpoints(50));
        assertEquals(List.of(3, 5, 6, 7, 8, 9, 10), Apgd.checkpoints(10));
        assertEquals(List.of(1), Apgd.checkpoints(1));
    }

    /** A loss that peaks inside the budget: only shrinking steps come near the peak. */
    private static ToyModel peaked() {
        return Toys.of(List.of(images -> images.slice(1, 0, 1).minus(0.5123).abs().negate().plus(1)));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void stepsShrinkUntilAPeakWithinTheBudgetIsFound(String device) {
        Tensor images = Tensor.filled(Shape.of(2, 3, 1, 1), 0.5f);
        try (Device opened = Toys.open(device)) {
            AttackResult fine = Attack.of(peaked(), linf(0.1), Apgd.steps(60).withRandomStart(false), new Total())
                    .run(opened, images, Toys.labels(peaked(), images), 1);
            assertEquals(0.5123, fine.adversarial().floats()[0], 1e-3);
            AttackResult coarse = Attack.of(peaked(), linf(0.1), Pgd.steps(60), new Total())
                    .run(opened, images, Toys.labels(peaked(), images), 1);
            assertTrue(coarse.finalMerit()[0] < fine.finalMerit()[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void everyImageWalksByItself(String device) {
        ToyModel model = Toys.smooth(3, 0.02, 1);
        Tensor images = Toys.random(Shape.of(3, 3, 5, 6), 5, 0, 1);
        try (Device opened = Toys.open(device)) {
            for (Budget budget : List.of(linf(8 / 255.0), l2(0.5))) {
                for (StepRule rule : List.of(Apgd.steps(9).withRandomStart(false), MiFgsm.steps(4))) {
                    AttackResult all = Attack.of(model, budget, rule, new Dgba())
                            .run(opened, images, Toys.labels(model, images), 1);
                    for (int i = 0; i < 3; i++) {
                        Tensor one = Toys.row(images, i);
                        AttackResult alone = Attack.of(model, budget, rule, new Dgba())
                                .run(opened, one, Toys.labels(model, one), 1);
                        assertTrue(Toys.row(all.adversarial(), i).sameBits(alone.adversarial()), rule.name());
                        double size = budget.size(images.floats(), all.adversarial().floats(), 90 * i, 90 * i + 90);
                        assertTrue(size <= budget.epsilon() && size > 0.8 * budget.epsilon(), rule.name() + size);
                        assertTrue(all.finalMerit()[i] > all.cleanMerit()[i]);
                    }
                }
            }
        }
    }

    /** Of a linear loss every step has the same direction, so momentum changes nothing but the mean magnitude. */
    @Test
    void momentumFollowsTheSumOfDirections() {
        Tensor weights = Toys.random(Shape.of(3, 2, 2), 4, -1, 1);
        ToyModel linear = Toys.of(List.of(Toys.linearHead(weights, 5)));
        Tensor images = Tensor.filled(Shape.of(1, 3, 2, 2), 0.5f);
        try (Device device = Toys.open("reference")) {
            AttackResult result = Attack.of(linear, linf(0.1), MiFgsm.steps(5), new Total())
                    .run(device, images, Toys.labels(linear, images), 1);
            float[] expected = new float[12];
            for (int i = 0; i < 12; i++) {
                expected[i] = 0.5f + Math.signum(weights.floats()[i]) * 0.1f;
            }
            assertArrayEquals(expected, result.adversarial().floats(), 1e-6f);
        }
    }
}
