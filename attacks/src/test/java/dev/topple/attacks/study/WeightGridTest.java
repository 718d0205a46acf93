// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Passes;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The search for weights. */
class WeightGridTest {

    private final ToyModel model = Toys.smooth(3, 0.02, 1);

    @Test
    void theGridCoversTheSimplex() {
        List<String> tasks = List.of("a", "b", "c");
        assertEquals(21, WeightGrid.points(tasks, 5).size());
        assertEquals(21, WeightGrid.points(tasks, 5).stream().distinct().count());
        for (Map<String, Double> point : WeightGrid.points(tasks, 5)) {
            assertEquals(1, point.values().stream().mapToDouble(Double::doubleValue).sum(), 1e-12);
            assertEquals(tasks, List.copyOf(point.keySet()));
        }
        assertEquals(List.of(Map.of("a", 1.0, "b", 0.0), Map.of("a", 0.0, "b", 1.0)),
                WeightGrid.points(List.of("a", "b"), 1));
        assertEquals(1, WeightGrid.points(List.of("a"), 4).size());
        assertThrows(IllegalArgumentException.class, () -> WeightGrid.points(tasks, 0));
    }

    @Test
    void theBestOfTheGridIsChosenAndAllOfItIsPaidFor() {
        try (Device device = Toys.open("cpu")) {
            WeightGrid.Result result = WeightGrid.run(model, new LabelledToys(model, 5), device,
                    new Protocol(1, 2, 0), linf(8 / 255.0), new Ifgsm(3), 2, (stage, index, stages, done, all) -> {});
            assertEquals(5, result.images());
            assertEquals(6, result.grid().size());
            double most = result.grid().stream().mapToDouble(WeightGrid.Entry::arp).max().orElseThrow();
            assertEquals(most, result.bestForAll().arp());
            assertTrue(result.bestForAll().name().startsWith("best for all images: weighted:toy0="));
            assertEquals(5, result.choices().stream().mapToInt(Integer::intValue).sum());
            Passes one = result.dgba().passes();
            assertEquals(new Passes(6 * one.forwards(), 6 * one.backwards()), result.bestPerImage().passes());
            assertEquals(result.grid().stream().mapToDouble(WeightGrid.Entry::seconds).sum(),
                    result.bestPerImage().seconds(), 1e-12);
            assertEquals(result.dgba().arp() - result.bestPerImage().arp(), result.lead(), 1e-12);
            assertTrue(result.leadInterval().low() <= result.lead() && result.lead() <= result.leadInterval().high());
            assertTrue(result.bestPerImage().interval().low() < result.bestPerImage().arp());
            // Two images of 90 floats in the three variables that hold images, at the least.
            assertTrue(result.bytes() > 3 * 2 * 90 * 4, "bytes " + result.bytes());
        }
    }

    /** With one image, its own best is the best for all, of the same ARP that an evaluation gives. */
    @Test
    void ofOneImageBothChoicesAreTheSame() {
        try (Device device = Toys.open("cpu")) {
            WeightGrid.Result result = WeightGrid.run(model, new LabelledToys(model, 1), device,
                    new Protocol(1, 2, 0), linf(8 / 255.0), new Ifgsm(3), 3, (stage, index, stages, done, all) -> {});
            assertEquals(result.bestForAll().arp(), result.bestPerImage().arp(), 1e-12);
            assertEquals(result.bestForAll().meanLogLoss(), result.bestPerImage().meanLogLoss(), 1e-12);
            assertTrue(!result.leadInterval().defined());
        }
    }
}
