// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.topple.engine.cpu.kernel.Simd;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TileKernelTest {

    private static final int[] OFFSETS = {7, 32, 480, 16, 3, 0, 100};

    /**
     * Every kernel against the definition, written down as it stands, for every height, width and count of channels.
     */
    @Test
    void everyTileIsTheDefinitionToTheBit() {
        Random random = new Random(1);
        float[] x = random(random, 1000);
        float[] w = random(random, 7 * 16 * 32 + 5);
        for (Simd simd : Simd.values()) {
            TileKernel kernel = TileKernel.of(simd);
            for (int pixels = 1; pixels <= TileKernel.PIXELS; pixels++) {
                for (int blocks = 1; blocks <= 2; blocks++) {
                    for (int channels : new int[] {1, 2, 3, 8, 15, 16}) {
                        for (int taps : new int[] {0, 1, 5}) {
                            for (boolean add : new boolean[] {false, true}) {
                                float[] expected = random(new Random(2), 500);
                                float[] actual = expected.clone();
                                define(pixels, taps, channels, x, w, blocks, expected, add);
                                kernel.multiply(pixels, taps, OFFSETS, 2, channels, x, 11, w, 5, blocks, actual, 9, 230,
                                        add);
                                forget(pixels, blocks, expected);
                                forget(pixels, blocks, actual);
                                assertArrayEquals(expected, actual, simd + ": " + pixels + " pixels, " + blocks
                                        + " blocks, " + taps + " taps of " + channels + " channels, add " + add);
                            }
                        }
                    }
                }
            }
        }
    }

    /** What lies where a tile may leave anything. */
    private static void forget(int pixels, int blocks, float[] c) {
        for (int b = 0; b < blocks; b++) {
            int at = 9 + b * 230;
            Arrays.fill(c, at + pixels * 16, at + TileKernel.covered(pixels) * 16, 0f);
        }
    }

    private static void define(int pixels, int taps, int channels, float[] x, float[] w, int blocks, float[] c,
            boolean add) {
        for (int p = 0; p < pixels; p++) {
            for (int b = 0; b < blocks; b++) {
                for (int l = 0; l < 16; l++) {
                    int to = 9 + b * 230 + p * 16 + l;
                    float sum = 0f;
                    for (int t = 0; t < taps; t++) {
                        for (int k = 0; k < channels; k++) {
                            sum = Math.fma(x[11 + OFFSETS[2 + t] + p * 16 + k],
                                    w[5 + ((t * channels + k) * blocks + b) * 16 + l], sum);
                        }
                    }
                    c[to] = (add ? c[to] : 0f) + sum;
                }
            }
        }
    }

    @Test
    void gatherTakesEveryStepThPixel() {
        float[] x = random(new Random(3), 400);
        for (Simd simd : Simd.values()) {
            float[] y = new float[100];
            TileKernel.of(simd).gather(5, x, 3, 3, y, 2);
            for (int p = 0; p < 5; p++) {
                assertArrayEquals(Arrays.copyOfRange(x, 3 + p * 48, 19 + p * 48),
                        Arrays.copyOfRange(y, 2 + p * 16, 18 + p * 16), simd.toString());
            }
        }
    }

    private static float[] random(Random random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
