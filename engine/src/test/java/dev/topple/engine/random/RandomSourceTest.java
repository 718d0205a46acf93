// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomSourceTest {

    @Test
    void wordsFollowTheDocumentedCounters() {
        RandomSource source = new RandomSource(0x299F31D0A4093822L, -5);
        for (int p = 0; p < 11; p++) {
            assertEquals(Philox.word(0xA4093822, 0x299F31D0, p / 4, -5, 0, 1, p % 4), source.nextInt());
        }
        source.seek((1L << 34) + 2);
        assertEquals(Philox.word(0xA4093822, 0x299F31D0, 0, -5, 1, 1, 2), source.nextInt());
    }

    @Test
    void resumesExactlyAtAnyPosition() {
        RandomSource source = new RandomSource(42, 3);
        for (int step = 0; step < 50; step++) {
            RandomSource resumed = new RandomSource(source.seed(), source.stream());
            resumed.seek(source.position());
            assertEquals(draw(resumed, step), draw(source, step));
            assertEquals(resumed.position(), source.position());
        }
    }

    private static double draw(RandomSource source, int kind) {
        return switch (kind % 7) {
            case 0 -> source.nextInt();
            case 1 -> source.nextGaussian();
            case 2 -> source.nextFloat();
            case 3 -> source.nextInt(1_500_000_000);
            case 4 -> source.nextDouble();
            case 5 -> source.permutation(5)[2];
            default -> source.nextBoolean() ? 1 : 0;
        };
    }

    @Test
    void seeksBack() {
        RandomSource source = new RandomSource(1);
        int[] first = {source.nextInt(), source.nextInt(), source.nextInt(), source.nextInt(), source.nextInt()};
        source.seek(1);
        assertArrayEquals(Arrays.copyOfRange(first, 1, 5),
                new int[] {source.nextInt(), source.nextInt(), source.nextInt(), source.nextInt()});
        assertThrows(IllegalArgumentException.class, () -> source.seek(-1));
    }

    @Test
    void streamsAndSeedsDiffer() {
        assertNotEquals(new RandomSource(1, 0).nextLong(), new RandomSource(1, 1).nextLong());
        assertNotEquals(new RandomSource(1, 0).nextLong(), new RandomSource(2, 0).nextLong());
        assertNotEquals(Philox.element(1, 0, 0, 0), new RandomSource(1, 0).nextInt());
    }

    @Test
    void boundedIntegersAreUniform() {
        RandomSource source = new RandomSource(9);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[source.nextInt(7)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 500);
        }
        // A bound of 3 * 2^29: plain scaling without rejection would favour every third value two to one.
        int large = 3 << 29;
        int[] thirds = new int[3];
        for (int i = 0; i < 60_000; i++) {
            thirds[source.nextInt(large) % 3]++;
        }
        for (int count : thirds) {
            assertEquals(20_000, count, 700);
        }
        assertEquals(0, source.nextInt(1));
        assertEquals(-4, source.nextInt(-4, -3));
        assertThrows(IllegalArgumentException.class, () -> source.nextInt(0));
        assertThrows(IllegalArgumentException.class, () -> source.nextInt(5, 5));
    }

    @Test
    void everyOrderIsEquallyLikely() {
        RandomSource source = new RandomSource(77);
        int[] counts = new int[27];
        for (int i = 0; i < 12_000; i++) {
            int[] order = source.permutation(3);
            counts[order[0] * 9 + order[1] * 3 + order[2]]++;
        }
        assertEquals(6, Arrays.stream(counts).filter(count -> count > 0).count());
        assertTrue(Arrays.stream(counts).filter(count -> count > 0).allMatch(count -> Math.abs(count - 2000) < 200));
    }

    @Test
    void doublesLieInTheirInterval() {
        RandomSource source = new RandomSource(5);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double value = source.nextDouble(-2, 4);
            assertTrue(value >= -2 && value < 4);
            sum += value;
        }
        assertEquals(1, sum / 10_000, 0.06);
    }
}
