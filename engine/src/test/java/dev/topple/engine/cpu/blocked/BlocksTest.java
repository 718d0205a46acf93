// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BlocksTest {

    @Test
    void sizes() {
        assertEquals(1, Blocks.count(1));
        assertEquals(1, Blocks.count(16));
        assertEquals(2, Blocks.count(17));
        assertEquals(2 * 32 * 15, Blocks.size(2, 17, 3, 5));
        assertEquals(2 * 17 * 15, Form.PLAIN.size(2, 17, 3, 5));
        assertEquals(2 * 32 * 15, Form.BLOCKED.size(2, 17, 3, 5));
    }

    @Test
    void thereAndBack() {
        for (int channels : new int[] {1, 3, 13, 16, 17, 40}) {
            for (int pixels : new int[] {1, 7, 64, 65, 200}) {
                float[] x = new float[channels * pixels + 2];
                for (int i = 0; i < x.length; i++) {
                    x[i] = i + 1;
                }
                float[] y = new float[Blocks.size(1, channels, 1, pixels) + 3];
                Arrays.fill(y, Float.NaN);
                Blocks.toBlocked(x, 2, channels, pixels, y, 3);
                for (int c = 0; c < Blocks.count(channels) * 16; c++) {
                    for (int p = 0; p < pixels; p++) {
                        assertEquals(c < channels ? x[2 + c * pixels + p] : 0f,
                                y[3 + (c / 16 * pixels + p) * 16 + c % 16]);
                    }
                }
                float[] back = new float[x.length];
                Blocks.toPlain(y, 3, channels, pixels, back, 2);
                back[0] = x[0];
                back[1] = x[1];
                assertArrayEquals(x, back);
            }
        }
    }
}
