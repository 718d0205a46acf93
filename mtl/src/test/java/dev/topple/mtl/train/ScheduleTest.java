// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScheduleTest {

    @Test
    void aCosineRisesAndFalls() {
        Schedule schedule = new Schedule.Cosine(0.1, 10, 110);
        assertEquals(0.01, schedule.rate(0), 1e-12);
        assertEquals(0.1, schedule.rate(9), 1e-12);
        for (int step = 10; step < 110; step++) {
            assertTrue(schedule.rate(step) < schedule.rate(step - 1) && schedule.rate(step) > 0);
        }
        assertEquals(schedule.rate(59) + schedule.rate(60), 0.1, 1e-12);
    }

    @Test
    void stairsFallByAFactor() {
        Schedule schedule = new Schedule.Stairs(1e-3, 0.5, 4000);
        assertEquals(1e-3, schedule.rate(3999), 1e-15);
        assertEquals(5e-4, schedule.rate(4000), 1e-15);
        assertEquals(1.25e-4, schedule.rate(12_000), 1e-15);
        assertEquals(2, new Schedule.Constant(2).rate(7));
    }

    @Test
    void schedulesThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(1, 10, 10));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Stairs(1, 1.5, 10));
    }

    @Test
    void aPolynomialRisesAndFallsToZero() {
        Schedule schedule = new Schedule.Polynomial(2, 0.5, 4, 12);
        assertEquals(0.5, schedule.rate(0), 1e-12);
        assertEquals(2, schedule.rate(3), 1e-12);
        // Half a step is gone of eight, then seven and a half.
        assertEquals(2 * Math.sqrt(7.5 / 8), schedule.rate(4), 1e-12);
        assertEquals(2 * Math.sqrt(0.5 / 8), schedule.rate(11), 1e-12);
        assertEquals(0, schedule.rate(40), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Polynomial(1, 0, 0, 10));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Polynomial(1, 1, 10, 10));
    }
}
