// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import static dev.topple.attacks.budget.Budgets.l2;
import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.Passes;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Mgda;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Step rules that see losses alone. */
class GradientFreeTest {

    private static final double EPSILON = 8 / 255.0;

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final Tensor images = Toys.random(Shape.of(3, 3, 8, 9), 5, 0, 1);

    private AttackResult run(Device device, Budget budget, StepRule rule, Balancer balancer) {
        return Attack.of(model, budget, rule, balancer).run(device, images, Toys.labels(model, images), 1);
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void moreQueriesDoMoreAndAGradientDoesMost(String device) {
        try (Device opened = Toys.open(device)) {
            double noise = mean(run(opened, linf(EPSILON), new Noise(), new Dgba()).finalMerit());
            double whiteBox = mean(run(opened, linf(EPSILON), Pgd.steps(20), new Dgba()).finalMerit());
            double few = mean(run(opened, linf(EPSILON), Square.queries(20), new Dgba()).finalMerit());
            double many = mean(run(opened, linf(EPSILON), Square.queries(400), new Dgba()).finalMerit());
            assertTrue(noise < few && few < many && many < whiteBox, noise + " " + few + " " + many + " " + whiteBox);
            double nes = mean(run(opened, linf(EPSILON), new Nes(400, 10, 0.01, Pgd.steps(1).alpha()), new Dgba())
                    .finalMerit());
            assertTrue(noise < nes && nes < whiteBox, noise + " " + nes + " " + whiteBox);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void theBudgetHoldsAndARowOfABatchIsThatImageAlone(String device) {
        try (Device opened = Toys.open(device)) {
            for (StepRule rule : List.of(Square.queries(30), Nes.queries(30), new Noise())) {
                for (Budget budget : List.of(linf(EPSILON), l2(0.4))) {
                    if (rule instanceof Square && !budget.equals(linf(EPSILON))) {
                        continue;
                    }
                    AttackResult all = run(opened, budget, rule, new Total());
                    Tensor first = Toys.row(images, 0);
                    AttackResult alone = Attack.of(model, budget, rule, new Total())
                            .run(opened, first, Toys.labels(model, first), 1);
                    assertTrue(Toys.row(all.adversarial(), 0).sameBits(alone.adversarial()), rule.name());
                    double size = budget.size(images.floats(), all.adversarial().floats(), 0, 216);
                    assertTrue(size <= budget.epsilon() && size > 0, rule.name() + ": " + size);
                }
            }
        }
    }

    /** Of a linear loss the best square is known: every channel to its side. */
    @Test
    void squareFindsTheOptimumOfALinearLoss() {
        Tensor weights = Tensor.of(Shape.of(3, 1, 2), 1f, 1f, -1f, -1f, 2f, 2f);
        ToyModel linear = Toys.of(List.of(Toys.linearHead(weights, 9)));
        Tensor grey = Tensor.filled(Shape.of(2, 3, 1, 2), 0.5f);
        try (Device device = Toys.open("reference")) {
            AttackResult found = Attack.of(linear, linf(0.125), Square.queries(200), new Total()).run(device, grey,
                    Toys.labels(linear, grey), 3);
            for (int i = 0; i < 12; i++) {
                assertEquals(0.5 + 0.125 * Math.signum(weights.floats()[i % 6]), found.adversarial().floats()[i], 1e-6);
            }
        }
    }

    @Test
    void directionsOfNesAreConstantOnTiles() {
        Tensor grey = Tensor.filled(Shape.of(1, 3, 5, 7), 0.5f);
        try (Device device = Toys.open("reference")) {
            Nes rule = new Nes(21, 2, 0.03, Pgd.steps(1).alpha(), 2);
            float[] found = Attack.of(Toys.smooth(3, 0.02), linf(EPSILON), rule, new Dgba())
                    .run(device, grey, Toys.labels(model, grey), 1).adversarial().floats();
            int different = 0;
            for (int i = 0; i < found.length; i++) {
                int row = i / 7 % 5;
                int column = i % 7;
                assertEquals(found[i - (row % 2) * 7 - column % 2], found[i], "row " + row + ", column " + column);
                different += column >= 2 && found[i] != found[i - 2] ? 1 : 0;
            }
            assertTrue(different > 10, "tiles differ from each other: " + different);
        }
        assertThrows(IllegalArgumentException.class, () -> new Nes(9, 1, 0.1, Pgd.steps(1).alpha(), 0));
    }

    @Test
    void noGradientIsComputed() {
        assertEquals(new Passes(33, 0),
                Attack.of(model, linf(EPSILON), Square.queries(30), new Dgba()).passes());
        try (Device device = Toys.open("reference")) {
            assertEquals(0, run(device, linf(EPSILON), Nes.queries(4), new Dgba()).undefinedSteps()[0]);
        }
    }

    @Test
    void pairsThatMakeNoSenseAreRefusedInASentence() {
        for (Balancer balancer : List.of(new SignSum(), new Mgda())) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Attack.of(model, linf(EPSILON), Square.queries(9), balancer)).getMessage();
            assertTrue(message.startsWith("attack 'square' sees losses alone and balancer '" + balancer.name()),
                    message);
        }
        String message = assertThrows(IllegalArgumentException.class,
                () -> Attack.of(model, l2(1), Square.queries(9), new Dgba())).getMessage();
        assertTrue(message.endsWith("for L2 use nes"), message);
        assertThrows(IllegalArgumentException.class, () -> Square.queries(1));
        assertThrows(IllegalArgumentException.class, () -> new Nes(9, 0, 0.1, Pgd.steps(1).alpha()));
        assertThrows(IllegalArgumentException.class, () -> new Nes(9, 1, 0, Pgd.steps(1).alpha()));
    }
}
