// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.cpu.LeastSquares.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {

    @Test
    void findsWhatTheTimesWereMadeOf() {
        double[] each = {0.016, 0.07, 0.1};
        List<Sample> samples = new ArrayList<>();
        for (int i = 1; i < 9; i++) {
            double[] counts = {1e6 * i, 3e4 * (i % 4), 5e3 * (i % 3 + 1)};
            samples.add(new Sample(counts, new Sample(counts, 1).expected(each)));
        }
        assertArrayEquals(each, LeastSquares.fit(samples), 1e-9);
    }

    @Test
    void noStepTakesLessThanNothing() {
        // The second step would have to give time back.
        List<Sample> samples = List.of(new Sample(new double[] {10, 0}, 10), new Sample(new double[] {10, 5}, 8),
                new Sample(new double[] {20, 1}, 20));
        double[] each = LeastSquares.fit(samples);
        assertEquals(0, each[1]);
        assertTrue(each[0] > 0.85 && each[0] < 1, "about the mean: " + each[0]);
    }
}
