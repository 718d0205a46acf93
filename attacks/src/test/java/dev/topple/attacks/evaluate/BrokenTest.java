// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.ToyTask;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shares of images on which an attack succeeded. */
class BrokenTest {

    private static final List<Task> TASKS = List.of(new ToyTask("a", 1), new ToyTask("b", 1));

    /** Parts of images with such errors. */
    private static double[][] errors(double... errors) {
        double[][] parts = new double[errors.length][3];
        for (int i = 0; i < errors.length; i++) {
            parts[i][0] = errors[i];
            parts[i][2] = 1;
        }
        return parts;
    }

    @Test
    void sharesAndTheirIntervals() {
        Map<String, double[][]> clean = Map.of("a", errors(1, 1, 1, 1), "b", errors(1, 1, 1, 1));
        Map<String, double[][]> attacked = Map.of("a", errors(3, 3, 3, 2), "b", errors(3, 1, 3, 3));
        Broken broken = Broken.of(TASKS, clean, attacked, new Resamples(1, 4));
        assertEquals(Map.of("a", 0.75, "b", 0.75), broken.tasks());
        assertEquals(0.5, broken.all());
        assertEquals(List.of("a", "b"), List.copyOf(broken.tasks().keySet()));
        for (Interval interval : List.of(broken.intervals().get("a"), broken.intervals().get("b"))) {
            assertTrue(interval.low() <= 0.75 && interval.high() == 1, interval.toString());
        }
        assertEquals(new Interval(0, 1), broken.allInterval());
    }
}
