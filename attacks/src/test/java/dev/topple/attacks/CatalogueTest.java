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
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.balance.Mgda;
import dev.topple.attacks.balance.RelaxedDgba;
import dev.topple.attacks.balance.SoftMin;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.balance.UnitSum;
import dev.topple.attacks.balance.WeightedTotal;
import dev.topple.attacks.balance.Wgd;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every balancer in an attack. */
class CatalogueTest {

    private static final double EPSILON = 8 / 255.0;

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final Tensor images = Toys.random(Shape.of(3, 3, 5, 6), 5, 0, 1);
    private final List<Balancer> all = Balancers.parse(Balancers.names().stream()
            .map(name -> name.equals("weighted") ? "weighted:toy1=50" : name).collect(Collectors.joining(","))
            + ",dgba:exponent=0.5,dgba:exponent=2:smoothing=0.01,softmin:mu=0.1", model.tasks());

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void everyBalancerRaisesItsMeritWithinTheBudgetAndARowOfABatchIsThatImageAlone(String device) {
        try (Device opened = Toys.open(device)) {
            for (Balancer balancer : all) {
                try (CompiledAttack attack = Attack.of(model, linf(EPSILON), Pgd.steps(3), balancer).on(opened)) {
                    AttackResult result = attack.run(images, Toys.labels(model, images), ImageKeys.of(7, 10, 3));
                    double size = linf(EPSILON).size(images.floats(), result.adversarial().floats(), 0, 270);
                    assertTrue(size <= EPSILON && size > 0.5 * EPSILON, balancer.name() + ": " + size);
                    assertArrayEquals(new int[3], result.undefinedSteps(), balancer.name());
                    for (int i = 0; i < 3; i++) {
                        assertTrue(result.finalMerit()[i] > result.cleanMerit()[i], balancer.name());
                        Tensor one = Toys.row(images, i);
                        AttackResult alone = attack.run(one, Toys.labels(model, one), ImageKeys.of(7, 10 + i, 1));
                        assertTrue(Toys.row(result.adversarial(), i).sameBits(alone.adversarial()), balancer.name());
                    }
                }
            }
        }
    }

    private Tensor ifgsm(Device device, ToyModel of, Balancer balancer) {
        return Attack.of(of, linf(EPSILON), new Ifgsm(3), balancer).run(device, images, Toys.labels(of, images), 1)
                .adversarial();
    }

    @Test
    void knobsAtTheirEndsAreTheKnownBalancers() {
        try (Device device = Toys.open("reference")) {
            Tensor dgba = ifgsm(device, model, new Dgba());
            Tensor total = ifgsm(device, model, new Total());
            assertTrue(dgba.sameBits(ifgsm(device, model, new RelaxedDgba(1, 0))));
            assertTrue(total.sameBits(ifgsm(device, model, new RelaxedDgba(0, 0))));
            assertTrue(total.sameBits(ifgsm(device, model, new WeightedTotal(Map.of()))));
            assertTrue(dgba.sameBits(ifgsm(device, model, new SoftMin(100))));
            assertTrue(!dgba.sameBits(total));
        }
    }

    @Test
    void unitsOfLossesDoNotMatterToBalancersThatAreFreeOfThem() {
        ToyModel scaled = Toys.smooth(3 * 0x1p12, 0.02 * 0x1p-7, 16);
        try (Device device = Toys.open("reference")) {
            for (Balancer balancer : List.of(new Wgd(), new SoftMin(1), new UnitSum())) {
                assertTrue(ifgsm(device, model, balancer).sameBits(ifgsm(device, scaled, balancer)), balancer.name());
            }
            Balancer total = new Total();
            assertTrue(!ifgsm(device, model, total).sameBits(ifgsm(device, scaled, total)));
        }
    }

    @Test
    void aTaskWithoutValidPixelsHasWeightZero() {
        Tensor none = Tensor.of(Shape.of(3, 1, 5, 6), new float[90]);
        Arrays.fill(none.floats(), 0, 30, ToyTask.NONE);
        try (Device device = Toys.open("reference")) {
            for (Balancer balancer : all) {
                if (balancer.attends(model.tasks().get(1))) {
                    Map<String, Tensor> labels = Toys.labels(model, images);
                    labels.put("toy1", none);
                    AttackResult result = Attack.of(model, linf(EPSILON), new Ifgsm(2), balancer)
                            .run(device, images, labels, 1);
                    assertArrayEquals(new int[] {2, 0, 0}, result.zeroWeightSteps().get("toy1"), balancer.name());
                    for (float pixel : result.adversarial().floats()) {
                        assertTrue(Float.isFinite(pixel), balancer.name());
                    }
                }
            }
        }
    }

    @Test
    void aBalancerThatLooksAtEverySubsetRefusesManyTasks() {
        double[] units = new double[GramWeights.MOST_TASKS + 1];
        Arrays.fill(units, 1);
        ToyModel many = Toys.smooth(units);
        String message = assertThrows(IllegalArgumentException.class,
                () -> Attack.of(many, linf(EPSILON), new Ifgsm(1), new Mgda())).getMessage();
        assertEquals("balancer 'mgda' looks at every subset of the tasks; it takes at most 10, the model 'smooth' has"
                + " 11", message);
        assertEquals(1, Collections.frequency(all, new Mgda()));
    }
}
