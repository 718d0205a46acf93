// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.DefaultModel;
import dev.topple.mtl.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Balancers against each other on the trained model that comes with Topple. */
class DefaultModelAttackTest {

    private static final int IMAGES = 8;

    @Test
    void dgbaClimbsTheSumOfLogarithmsHighest() {
        Model model = DefaultModel.load().model();
        RoomsDataset scenes = RoomsDataset.heldOut(IMAGES, RoomsDataset.HEIGHT, RoomsDataset.WIDTH);
        Map<String, Double> reached = new LinkedHashMap<>();
        double clean = 0;
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT);
                Batches batches = Batches.of(scenes, IMAGES)) {
            Batch batch = batches.next().orElseThrow();
            for (Balancer balancer : Balancers.parse("single,total,signsum,dgba", model.tasks())) {
                AttackResult result = Attack.of(model, linf(8 / 255.0), Pgd.steps(5), balancer)
                        .run(device, batch.images(), batch.labels(), 0);
                reached.put(balancer.name(), sumOfLogarithms(result.finalLosses()));
                clean = sumOfLogarithms(result.cleanLosses());
            }
        }
        assertEquals(6, reached.size());
        double dgba = reached.remove("dgba");
        double before = clean;
        reached.forEach((name, sum) -> {
            assertTrue(sum > before, name + " does some damage");
            assertTrue(dgba > sum, "dgba " + dgba + ", " + name + " " + sum);
        });
    }

    private static double sumOfLogarithms(Map<String, float[]> losses) {
        double sum = 0;
        for (float[] ofTask : losses.values()) {
            for (float loss : ofTask) {
                sum += Dgba.logLoss(loss);
            }
        }
        return sum / IMAGES;
    }
}
