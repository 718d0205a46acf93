// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.mtl.task.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArpTest {

    private static final Metric HIGH = new Metric("high", true, "");
    private static final Metric LOW = new Metric("low", false, "");

    private static Change change(double relative) {
        return new Change(1, 1, relative);
    }

    @Test
    void damageIsPositiveWhicheverWayAMetricPoints() {
        assertEquals(0.75, Arp.relative(HIGH, 0.8, 0.2), 1e-15);
        assertEquals(-0.25, Arp.relative(HIGH, 0.8, 1.0), 1e-15);
        assertEquals(3, Arp.relative(LOW, 5, 20), 1e-15);
        assertEquals(-0.8, Arp.relative(LOW, 5, 1), 1e-15);
        assertEquals(2, Arp.relative(HIGH, -1, -3), 1e-15);
    }

    @Test
    void aCleanValueOfZeroHasNoRelativeChange() {
        assertTrue(Double.isNaN(Arp.relative(LOW, 0, 3)));
        assertTrue(Double.isNaN(Arp.relative(HIGH, 0, 0)));
        assertTrue(Double.isNaN(Arp.relative(HIGH, Double.NaN, 1)));
        assertTrue(Double.isNaN(Arp.relative(HIGH, 1, Double.NaN)));
    }

    @Test
    void itIsTheMeanOverTasksOfTheMeanOverMetricsInPercent() {
        Map<String, Change> one = Map.of("a", change(0.5), "b", change(0.1));
        Map<String, Change> other = Map.of("c", change(0.9));
        assertEquals(60, Arp.of(List.of(one, other)), 1e-12);
    }

    @Test
    void whatIsUndefinedIsLeftOut() {
        Map<String, Change> half = Map.of("a", change(0.5), "b", change(Double.NaN));
        Map<String, Change> none = Map.of("c", change(Double.NaN));
        assertEquals(50, Arp.of(List.of(half, none)), 1e-12);
        assertTrue(Double.isNaN(Arp.of(List.of(none))));
        assertTrue(Double.isNaN(Arp.of(List.<Map<String, Change>>of())));
    }
}
