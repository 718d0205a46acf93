// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.Fgsm;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttackTest {

    private static final double EPSILON = 8 / 255.0;
    private static final List<StepRule> RULES = List.of(new Fgsm(), new Ifgsm(4), Pgd.steps(4));
    private static final List<Balancer> BALANCERS =
            List.of(new Single("toy1"), new Total(), new SignSum(), new Dgba());

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final Tensor images = Toys.random(Shape.of(3, 3, 5, 6), 5, 0, 1);

    private static AttackResult attack(String device, ToyModel model, StepRule rule, Balancer balancer, Tensor images) {
        try (Device opened = Toys.open(device)) {
            return Attack.of(model, linf(EPSILON), rule, balancer).run(opened, images, Toys.labels(model, images), 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void everyAttackRaisesItsMeritWithinTheBudget(String device) {
        for (StepRule rule : RULES) {
            for (Balancer balancer : BALANCERS) {
                AttackResult result = attack(device, model, rule, balancer, images);
                double size = linf(EPSILON).size(images.floats(), result.adversarial().floats(), 0, 270);
                assertTrue(size <= EPSILON && size > 0.9 * EPSILON, rule.name() + " " + balancer.name() + ": " + size);
                for (float pixel : result.adversarial().floats()) {
                    assertTrue(pixel >= 0 && pixel <= 1);
                }
                for (int i = 0; i < 3; i++) {
                    assertTrue(result.finalMerit()[i] > result.cleanMerit()[i], rule.name() + " " + balancer.name());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void dgbaOfOneTaskIsPlainPgdBitForBit(String device) {
        ToyModel one = Toys.smooth(0.37);
        for (StepRule rule : RULES) {
            Tensor single = attack(device, one, rule, new Single("toy0"), images).adversarial();
            assertTrue(single.sameBits(attack(device, one, rule, new Dgba(), images).adversarial()), rule.name());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void rescaledLossesGiveDgbaTheSameImageBitForBit(String device) {
        ToyModel scaled = Toys.smooth(3 * 0x1p12, 0.02 * 0x1p-7, 16);
        for (StepRule rule : List.of(new Fgsm(), new Ifgsm(4))) {
            Tensor plain = attack(device, model, rule, new Dgba(), images).adversarial();
            assertTrue(plain.sameBits(attack(device, scaled, rule, new Dgba(), images).adversarial()));
            Tensor total = attack(device, model, rule, new Total(), images).adversarial();
            assertTrue(!total.sameBits(attack(device, scaled, rule, new Total(), images).adversarial()));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void aRowOfABatchIsThatImageAloneBitForBit(String device) {
        StepRule rule = Pgd.steps(3).withRestarts(2);
        try (Device opened = Toys.open(device)) {
            for (Balancer balancer : BALANCERS) {
                try (CompiledAttack attack = Attack.of(model, linf(EPSILON), rule, balancer).on(opened)) {
                    AttackResult all = attack.run(images, Toys.labels(model, images), ImageKeys.of(7, 10, 3));
                    for (int i = 0; i < 3; i++) {
                        Tensor one = Toys.row(images, i);
                        AttackResult alone = attack.run(one, Toys.labels(model, one), ImageKeys.of(7, 10 + i, 1));
                        assertTrue(Toys.row(all.adversarial(), i).sameBits(alone.adversarial()));
                        assertEquals(all.finalMerit()[i], alone.finalMerit()[0]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void theSameSeedGivesTheSameImageAndAnotherSeedAnother(String device) {
        try (Device opened = Toys.open(device);
                CompiledAttack attack = Attack.of(model, linf(EPSILON), Pgd.steps(2), new Dgba()).on(opened)) {
            Map<String, Tensor> labels = Toys.labels(model, images);
            Tensor first = attack.run(images, labels, ImageKeys.of(1, 0, 3)).adversarial();
            Tensor other = attack.run(images, labels, ImageKeys.of(2, 0, 3)).adversarial();
            assertTrue(!first.sameBits(other));
            assertTrue(first.sameBits(attack.run(images, labels, ImageKeys.of(1, 0, 3)).adversarial()));
        }
    }

    @Test
    void epsilonZeroIsTheIdentity() {
        try (Device device = Toys.open("reference")) {
            for (StepRule rule : RULES) {
                AttackResult result = Attack.of(model, linf(0), rule, new Dgba()).run(device, images,
                        Toys.labels(model, images), 1);
                assertTrue(result.adversarial().sameBits(images), rule.name());
                assertArrayEquals(result.cleanMerit(), result.finalMerit());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void inputsAreNotChanged(String device) {
        Tensor copy = images.copy();
        Map<String, Tensor> labels = Toys.labels(model, images);
        Map<String, Tensor> copies = new HashMap<>();
        labels.forEach((name, label) -> copies.put(name, label.copy()));
        try (Device opened = Toys.open(device)) {
            Attack.of(model, linf(EPSILON), Pgd.steps(2), new Dgba()).run(opened, images, labels, 1);
        }
        assertTrue(copy.sameBits(images));
        labels.forEach((name, label) -> assertTrue(label.sameBits(copies.get(name))));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void onALinearModelTheOptimumIsReached(String device) {
        Tensor weights = Toys.random(Shape.of(3, 4, 6), 3, -1, 1);
        weights.floats()[5] = 0;
        ToyModel linear = Toys.of(List.of(Toys.linearHead(weights, 10)));
        Tensor x = Toys.random(Shape.of(2, 3, 4, 6), 4, 0.2, 0.8);
        double norm = 0;
        for (float w : weights.floats()) {
            norm += Math.abs(w);
        }
        for (StepRule rule : List.of(new Fgsm(), new Ifgsm(7), Pgd.steps(8))) {
            AttackResult result = attack(device, linear, rule, new Single("toy0"), x);
            for (int i = 0; i < x.shape().size(); i++) {
                float w = weights.floats()[i % 72];
                if (w != 0) {
                    double expected = x.floats()[i] + EPSILON * Math.signum(w);
                    assertEquals(expected, result.adversarial().floats()[i], 2e-7, rule.name());
                }
            }
            for (int i = 0; i < 2; i++) {
                // The loss is twice the mean prediction over 24 pixels.
                double gain = result.finalMerit()[i] - (double) result.cleanMerit()[i];
                assertEquals(2 * EPSILON * norm / 24, gain, 1e-5, rule.name());
            }
        }
    }

    @Test
    void onOneStepIfgsmIsFgsm() {
        for (Balancer balancer : BALANCERS) {
            assertTrue(attack("reference", model, new Fgsm(), balancer, images).adversarial()
                    .sameBits(attack("reference", model, new Ifgsm(1), balancer, images).adversarial()));
        }
    }

    @Test
    void tooFewSmallStepsDoNotReachTheBoundary() {
        // CleverHans: epsilon 0.5 with 10 steps of 0.01 must not use the whole budget.
        try (Device device = Toys.open("reference")) {
            StepRule rule = Pgd.steps(10).withAlpha(0.01).withRandomStart(false);
            AttackResult result = Attack.of(model, linf(0.5), rule, new Dgba()).run(device, images,
                    Toys.labels(model, images), 1);
            double size = linf(0.5).size(images.floats(), result.adversarial().floats(), 0, 270);
            assertTrue(size > 0.05 && size < 0.1 + 1e-6, "" + size);
        }
    }

    @Test
    void pgdIsNeverWorseThanTheCleanImageAndRestartsNeverHurt() {
        for (Balancer balancer : BALANCERS) {
            float[] once = attack("reference", model, Pgd.steps(1), balancer, images).finalMerit();
            float[] before = attack("reference", model, Pgd.steps(1), balancer, images).cleanMerit();
            for (int restarts = 1; restarts <= 4; restarts++) {
                float[] merit = attack("reference", model, Pgd.steps(1).withRestarts(restarts), balancer, images)
                        .finalMerit();
                for (int i = 0; i < merit.length; i++) {
                    assertTrue(merit[i] >= before[i] - 1e-6 * Math.abs(before[i]), balancer.name());
                }
                before = merit;
            }
            assertTrue(!Arrays.equals(once, before), "four walks found nothing better than the first, for no image");
        }
    }

    @Test
    void pgdReturnsTheBestIterateOfTheWalk() {
        // Steps as large as the budget jump about, so that the last iterate is seldom the best.
        for (Balancer balancer : BALANCERS) {
            float[] best = null;
            for (int steps = 1; steps <= 6; steps++) {
                float[] merit = attack("reference", model, Pgd.steps(steps).withAlpha(2 * EPSILON), balancer, images)
                        .finalMerit();
                for (int i = 0; best != null && i < merit.length; i++) {
                    assertTrue(merit[i] >= best[i] - 1e-6 * Math.abs(best[i]), balancer.name());
                }
                best = merit;
            }
        }
    }

    @Test
    void meritsVaryOverSteps() {
        for (Balancer balancer : BALANCERS) {
            List<Float> merits = new ArrayList<>();
            for (int steps = 1; steps <= 5; steps++) {
                merits.add(attack("reference", model, new Momentum(steps, EPSILON / 8), balancer, images)
                        .finalMerit()[0]);
            }
            assertEquals(5, merits.stream().distinct().count(), balancer.name() + " " + merits);
        }
    }

    /** Momentum (Dong et al., 2018), written as a user would: a rule with a state of its own that overshoots. */
    private record Momentum(int steps, double alpha) implements StepRule {
        @Override
        public String name() {
            return "momentum";
        }

        @Override
        public boolean keepsBest() {
            return false;
        }

        @Override
        public Value start(Start at) {
            at.set("momentum", at.clean().graph().zeros(at.clean().type()));
            return at.clean();
        }

        @Override
        public Value next(Step at) {
            Value momentum = at.get("momentum").plus(at.direction());
            at.set("momentum", momentum);
            return at.iterate().plus(at.budget().steepest(momentum).times(alpha));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void rulesHaveStatesThatStartAnewAndCannotLeaveTheBudget(String device) {
        try (Device opened = Toys.open(device);
                CompiledAttack attack = Attack.of(model, linf(EPSILON), new Momentum(3, 1), new Dgba()).on(opened)) {
            Map<String, Tensor> labels = Toys.labels(model, images);
            Tensor first = attack.run(images, labels, new long[3]).adversarial();
            assertTrue(linf(EPSILON).size(images.floats(), first.floats(), 0, 270) <= EPSILON);
            assertTrue(first.sameBits(attack.run(images, labels, new long[3]).adversarial()));
        }
    }

    @Test
    void shapesComeAndGo() {
        try (Device device = Toys.open("reference");
                CompiledAttack attack = Attack.of(model, linf(EPSILON), Pgd.steps(2), new Dgba()).on(device)) {
            List<Tensor> firsts = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                for (int height = 2; height < 6; height++) {
                    Tensor x = Toys.random(Shape.of(1, 3, height, 4), height, 0, 1);
                    Tensor y = attack.run(x, Toys.labels(model, x), ImageKeys.of(1, 0, 1)).adversarial();
                    if (round == 0) {
                        firsts.add(y);
                    } else {
                        assertTrue(y.sameBits(firsts.get(height - 2)));
                    }
                }
            }
        }
    }

    @Test
    void costIsCountedPerImage() {
        Budget budget = linf(EPSILON);
        assertEquals(new Passes(3, 1), Attack.of(model, budget, new Fgsm(), new Dgba()).passes());
        assertEquals(new Passes(13, 10), Attack.of(model, budget, Pgd.steps(10), new Total()).passes());
        assertEquals(new Passes(13, 30), Attack.of(model, budget, Pgd.steps(10), new SignSum()).passes());
        assertEquals(new Passes(24, 20), Attack.of(model, budget, Pgd.steps(10).withRestarts(2), new Single("toy0"))
                .passes());
    }

    @Test
    void badInputIsRefusedInOneLine() {
        try (Device device = Toys.open("reference")) {
            Attack attack = Attack.of(model, linf(EPSILON), new Fgsm(), new Dgba());
            Map<String, Tensor> labels = Toys.labels(model, images);
            Tensor raw = images.copy();
            raw.floats()[100] = 255;
            refused("image 1 of the batch has a pixel of value 255.0", () -> attack.run(device, raw, labels, 1));
            raw.floats()[100] = Float.NaN;
            refused("a pixel of value NaN", () -> attack.run(device, raw, labels, 1));
            refused("images must be floats [N, 3, H, W], not f32[3x90]",
                    () -> attack.run(device, images.reshape(Shape.of(3, 90)), labels, 1));
            Map<String, Tensor> fewer = new HashMap<>(labels);
            fewer.remove("toy2");
            refused("labels of task 'toy2' are missing", () -> attack.run(device, images, fewer, 1));
            fewer.put("toy2", Toys.row(labels.get("toy2"), 0));
            refused("labels of task 'toy2' must be f32[3x1x5x6], not f32[1x1x5x6]",
                    () -> attack.run(device, images, fewer, 1));
        }
        refused("attends to no task of the model 'smooth', which has toy0, toy1, toy2",
                () -> Attack.of(model, linf(EPSILON), new Fgsm(), new Single("depth")));
        refused("says no direction", () -> Attack.of(model, linf(EPSILON), new Fgsm(), new Directionless()));
        refused("did you mean 2/255?", () -> Attack.of(model, linf(EPSILON), Pgd.steps(1).withAlpha(2), new Dgba()));
        ToyModel twins = new ToyModel("twins", List.of(model.tasks().get(0), model.tasks().get(0)),
                model.heads().subList(0, 2));
        refused("two tasks of one name", () -> Attack.of(twins, linf(EPSILON), new Fgsm(), new Dgba()));
    }

    private record Directionless() implements Balancer {
        @Override
        public String name() {
            return "directionless";
        }

        @Override
        public Value merit(TaskLosses losses) {
            return losses.loss(0);
        }
    }

    private static void refused(String part, Executable what) {
        String said = assertThrows(IllegalArgumentException.class, what).getMessage();
        assertTrue(said.contains(part) && !said.contains("\n"), said);
    }
}
