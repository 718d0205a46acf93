// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses that are 0, labels without a valid pixel, gradients that are NaN. */
class GuardTest {

    private final Tensor images = Toys.random(Shape.of(3, 3, 5, 6), 5, 0, 1);

    private static AttackResult attack(String device, ToyModel model, Balancer balancer, Tensor images,
            Map<String, Tensor> labels) {
        try (Device opened = Toys.open(device)) {
            return Attack.of(model, linf(8 / 255.0), new Ifgsm(4), balancer).run(opened, images, labels, 1);
        }
    }

    private static void assertFinite(AttackResult result) {
        for (float pixel : result.adversarial().floats()) {
            assertTrue(Float.isFinite(pixel));
        }
        for (int i = 0; i < result.finalMerit().length; i++) {
            assertTrue(Float.isFinite(result.finalMerit()[i]) && Float.isFinite(result.cleanMerit()[i]));
        }
    }

    /** A head that predicts 0 at every pixel, whatever the image. */
    private static Value zero(Value images) {
        return Toys.smoothHead(1).apply(images).times(0);
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void aLossOfZeroHasNoWeightAndIsCounted(String device) {
        ToyModel model = Toys.of(List.of(Toys.smoothHead(0), GuardTest::zero));
        ToyModel without = Toys.of(List.of(Toys.smoothHead(0)));
        Map<String, Tensor> labels = Toys.labels(model, images);
        for (Balancer balancer : List.of(new Dgba(), new Total(), new SignSum())) {
            AttackResult result = attack(device, model, balancer, images, labels);
            assertFinite(result);
            assertArrayEquals(new int[] {0, 0, 0}, result.zeroWeightSteps().get("toy0"));
            assertArrayEquals(new int[] {4, 4, 4}, result.zeroWeightSteps().get("toy1"));
            assertTrue(result.adversarial().sameBits(attack(device, without, balancer, images, labels).adversarial()),
                    balancer.name());
        }
        AttackResult nothing = attack(device, model, new Single("toy1"), images, labels);
        assertTrue(nothing.adversarial().sameBits(images));
        assertEquals(List.of("toy1"), List.copyOf(nothing.zeroWeightSteps().keySet()));
    }

    /** The formula without any guard, as a user may write it: infinite weight for a loss of 0. */
    private record Unguarded() implements LossWeights {
        @Override
        public String name() {
            return "unguarded";
        }

        @Override
        public List<Value> weights(TaskLosses losses) {
            return losses.losses().stream().map(loss -> loss.power(-1)).toList();
        }

        @Override
        public Value merit(TaskLosses losses) {
            return losses.sumOfPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void theGuardHoldsForBalancersThatHaveNone(String device) {
        ToyModel model = Toys.of(List.of(Toys.smoothHead(0), GuardTest::zero));
        AttackResult result = attack(device, model, new Unguarded(), images, Toys.labels(model, images));
        assertFinite(result);
        assertArrayEquals(new int[] {0, 0, 0}, result.undefinedSteps());
        assertArrayEquals(new int[] {4, 4, 4}, result.zeroWeightSteps().get("toy1"));
        for (int i = 0; i < 3; i++) {
            assertTrue(result.finalMerit()[i] > result.cleanMerit()[i]);
        }
    }

    @Test
    void countsStartAnewWithEveryBatch() {
        ToyModel model = Toys.of(List.of(Toys.smoothHead(0), GuardTest::zero));
        try (Device device = Toys.open("reference");
                CompiledAttack attack = Attack.of(model, linf(0.1), new Ifgsm(4), new Dgba()).on(device)) {
            for (int batch = 0; batch < 2; batch++) {
                AttackResult result = attack.run(images, Toys.labels(model, images), new long[3]);
                assertArrayEquals(new int[] {4, 4, 4}, result.zeroWeightSteps().get("toy1"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void anImageWithoutAValidPixelLeavesTheTaskOutThereAlone(String device) {
        ToyModel model = Toys.smooth(1, 1);
        ToyModel without = Toys.smooth(1);
        Map<String, Tensor> labels = Toys.labels(model, images);
        Arrays.fill(labels.get("toy1").floats(), 30, 60, ToyTask.NONE);
        for (Balancer balancer : List.of(new Dgba(), new Total(), new SignSum())) {
            AttackResult result = attack(device, model, balancer, images, labels);
            assertFinite(result);
            assertArrayEquals(new int[] {0, 4, 0}, result.zeroWeightSteps().get("toy1"));
            AttackResult alone = attack(device, without, balancer, images, labels);
            assertTrue(Toys.row(result.adversarial(), 1).sameBits(Toys.row(alone.adversarial(), 1)));
            assertTrue(!Toys.row(result.adversarial(), 0).sameBits(Toys.row(alone.adversarial(), 0)));
            assertEquals(alone.finalMerit()[1], result.finalMerit()[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void anUndefinedGradientMovesNothingAndIsCounted(String device) {
        // The square root of 0 has an infinite gradient, and 0 times that is NaN: in the red channel alone.
        UnaryOperator<Value> broken = x -> x.slice(1, 0, 1).times(0).sqrt().plus(1);
        ToyModel model = Toys.of(List.of(broken, Toys.smoothHead(0)));
        Tensor grey = Tensor.filled(Shape.of(1, 3, 2, 2), 0.3f);
        for (Balancer balancer : List.of(new Dgba(), new Total(), new SignSum())) {
            try (Device opened = Toys.open(device);
                    CompiledAttack attack = Attack.of(model, linf(0.1), new Ifgsm(4), balancer).on(opened)) {
                for (int batch = 0; batch < 2; batch++) {
                    AttackResult result = attack.run(grey, Toys.labels(model, grey), new long[1]);
                    assertArrayEquals(new int[] {4}, result.undefinedSteps(), balancer.name());
                    float[] pixels = result.adversarial().floats();
                    for (int i = 0; i < 12; i++) {
                        assertEquals(i < 4, pixels[i] == 0.3f, balancer.name() + " pixel " + i + ": " + pixels[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void anUndefinedLossLeavesTheTaskOut(String device) {
        // The logarithm of a number below 0 is NaN, 0 to the power of -1 infinite.
        List<UnaryOperator<Value>> broken = List.of(x -> x.slice(1, 0, 1).minus(2).log(),
                x -> x.slice(1, 0, 1).times(0).power(-1));
        Tensor grey = Tensor.filled(Shape.of(1, 3, 2, 2), 0.3f);
        for (UnaryOperator<Value> head : broken) {
            ToyModel model = Toys.of(List.of(head, Toys.smoothHead(0)));
            for (Balancer balancer : List.of(new Total(), new SignSum())) {
                AttackResult result = attack(device, model, balancer, grey, Toys.labels(model, grey));
                assertFinite(result);
                assertArrayEquals(new int[] {4}, result.zeroWeightSteps().get("toy0"), balancer.name());
                assertTrue(result.finalMerit()[0] > result.cleanMerit()[0]);
            }
        }
    }

    @Test
    void theMeritOfDgbaIsFiniteAtZeroAndGrowsWithTheLoss() {
        Tensor one = Toys.row(images, 0);
        double before = Double.NEGATIVE_INFINITY;
        for (double unit : new double[] {0, 0x1p-90, 1e-20, 1e-10, 1e-3, 1, 1e3}) {
            ToyModel model = Toys.smooth(unit, 1);
            double merit = Toys.look(model, new Dgba(), one, Toys.labels(model, one),
                    (losses, x) -> new Dgba().merit(losses))[0];
            assertTrue(Double.isFinite(merit) && merit > before, unit + ": " + merit);
            before = merit;
        }
        assertEquals(Math.log(Dgba.FLOOR), Dgba.logLoss(0));
        assertEquals(Math.log(Dgba.FLOOR), Dgba.logLoss(-1));
        assertEquals(0, Dgba.logLoss(1));
    }

    @Test
    void weightsStayFiniteForLossesOfAnyTwoSizes() {
        Tensor one = Toys.row(images, 0);
        for (double[] units : new double[][] {{1e-28, 1e8}, {1e8, 1e-28}, {1e-28, 1e-28}, {1e30, 1e-25}, {0, 0}}) {
            ToyModel model = Toys.smooth(units);
            for (int task = 0; task < 2; task++) {
                int i = task;
                double weight = Toys.look(model, new Dgba(), one, Toys.labels(model, one),
                        (losses, x) -> new Dgba().weights(losses).get(i))[0];
                assertTrue(weight >= 0 && weight < 2, units[0] + ", " + units[1] + ": " + weight);
            }
        }
    }
}
