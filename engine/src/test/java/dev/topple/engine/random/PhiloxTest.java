// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PhiloxTest {

    private static final int K0 = 0xA4093822;
    private static final int K1 = 0x299F31D0;

    /** The three lines "philox4x32 10" of the file kat_vectors of Random123. */
    @Test
    void knownAnswers() {
        answer(0, 0, 0, 0, 0, 0, 0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8);
        answer(-1, -1, -1, -1, -1, -1, 0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD);
        answer(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, K0, K1, 0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1);
    }

    private static void answer(int c0, int c1, int c2, int c3, int k0, int k1, int... expected) {
        int[] actual = new int[6];
        Philox.block(k0, k1, c0, c1, c2, c3, actual, 1);
        assertArrayEquals(new int[] {0, expected[0], expected[1], expected[2], expected[3], 0}, actual);
        for (int lane = 0; lane < 4; lane++) {
            assertEquals(expected[lane], Philox.word(k0, k1, c0, c1, c2, c3, lane));
        }
    }

    @Test
    void refusesALaneThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> Philox.word(0, 0, 0, 0, 0, 0, 4));
    }

    @Test
    void elementIsTheLaneOfItsBlock() {
        int[] block = new int[4];
        for (int j = 0; j < 40; j++) {
            Philox.block(K0, K1, j / 4, 7, 0, 0, block, 0);
            assertEquals(block[j % 4], Philox.element(K0, K1, 7, j));
        }
    }

    @Test
    void everyFillEqualsItsElements() {
        for (int from = 0; from < 6; from++) {
            for (int count = 0; count < 14; count++) {
                int[] bits = new int[count + 2];
                float[] uniform = new float[count + 2];
                float[] normal = new float[count + 2];
                Philox.fill(K0, K1, -3, from, count, bits, 1);
                Philox.fillUniform(K0, K1, -3, from, count, uniform, 1);
                Philox.fillNormal(K0, K1, -3, from, count, normal, 1);
                for (int i = 0; i < count; i++) {
                    int j = from + i;
                    assertEquals(Philox.element(K0, K1, -3, j), bits[i + 1]);
                    assertEquals(Philox.uniform(bits[i + 1]), uniform[i + 1]);
                    int a = Philox.element(K0, K1, -3, j / 2 * 2);
                    int b = Philox.element(K0, K1, -3, j / 2 * 2 + 1);
                    double expected = j % 2 == 0 ? Philox.normalCosine(a, b) : Philox.normalSine(a, b);
                    assertEquals((float) expected, normal[i + 1]);
                }
                assertEquals(0, bits[0] | bits[count + 1]);
                assertEquals(0f, uniform[0] + uniform[count + 1] + normal[0] + normal[count + 1]);
            }
        }
    }

    @Test
    void fillRefusesWhatDoesNotFit() {
        int[] out = new int[4];
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.fill(0, 0, 0, 0, 5, out, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.fill(0, 0, 0, 0, 4, out, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.fill(0, 0, 0, -1, 2, out, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.fill(0, 0, 0, Integer.MAX_VALUE - 1, 4, out, 0));
        assertArrayEquals(new int[4], out);
    }

    @Test
    void uniformStaysBelowOne() {
        assertEquals(0f, Philox.uniform(0));
        assertEquals(0f, Philox.uniform(255));
        assertEquals(0x1p-24f, Philox.uniform(256));
        assertEquals(1f - 0x1p-24f, Philox.uniform(-1));
    }

    @Test
    void normalIsFiniteAtTheEnds() {
        assertEquals(Math.sqrt(64 * Math.log(2)), Philox.normalCosine(0, 0), 1e-12);
        assertEquals(0, Philox.normalCosine(-1, 0), 0);
        assertEquals(0, Philox.normalSine(12345, 0), 0);
        assertTrue(Double.isFinite(Philox.normalSine(0, -1)));
        assertEquals(-Philox.normalCosine(99, 0), Philox.normalCosine(99, Integer.MIN_VALUE), 1e-15);
    }

    @Test
    void momentsAreThoseOfTheDistributions() {
        int count = 200_000;
        float[] uniform = new float[count];
        float[] normal = new float[count];
        Philox.fillUniform(1, 2, 3, 0, count, uniform, 0);
        Philox.fillNormal(1, 2, 3, 0, count, normal, 0);
        double[] u = moments(uniform);
        double[] n = moments(normal);
        assertEquals(0.5, u[0], 0.003);
        assertEquals(1 / 12.0, u[1], 0.001);
        assertEquals(0, n[0], 0.01);
        assertEquals(1, n[1], 0.02);
        assertEquals(3, n[2], 0.1);
    }

    /** Mean, variance, and the fourth moment over the variance squared. */
    private static double[] moments(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value / (double) values.length;
        }
        double second = 0;
        double fourth = 0;
        for (float value : values) {
            double square = (value - mean) * (value - mean);
            second += square / values.length;
            fourth += square * square / values.length;
        }
        return new double[] {mean, second, fourth / (second * second)};
    }

    @Test
    void derivedKeysDiffer() {
        Set<Long> keys = new HashSet<>();
        for (long parent : new long[] {0, 1, -1, 1L << 32}) {
            for (long index : new long[] {0, 1, 2, 1L << 32, -1}) {
                keys.add(Philox.derive(parent, index));
            }
        }
        assertEquals(20, keys.size());
        assertNotEquals(Philox.derive(Philox.derive(5, 1), 2), Philox.derive(Philox.derive(5, 2), 1));
    }
}
