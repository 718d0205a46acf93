// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EpilogueTest {

    private static final int CHANNELS = 37;
    private static final int PIXELS = 40;

    /** Every combination of steps, with vectors and without, through whole blocks, parts of blocks and plain rows. */
    @Test
    void everyCombinationOfSteps() {
        for (int steps = 0; steps < 32; steps++) {
            for (boolean vectors : new boolean[] {true, false}) {
                for (int step = 1; step <= 2; step++) {
                    for (boolean own : new boolean[] {false, true}) {
                        check(steps, vectors, step, own);
                    }
                }
            }
        }
    }

    private static void check(int steps, boolean vectors, int step, boolean own) {
        boolean scales = (steps & 1) != 0;
        boolean shifts = (steps & 2) != 0;
        boolean residuals = (steps & 4) != 0;
        boolean relu = (steps & 8) != 0;
        boolean masks = (steps & 16) != 0;
        Random random = new Random(steps);
        // The arrays end with the last channel, as they may in a program.
        float[] scale = random(random, CHANNELS + 2);
        float[] shift = random(random, CHANNELS + 3);
        for (Form form : Form.values()) {
            float[] v = random(random, 3 * 16 * PIXELS);
            float[] y = random(random, 5 + form.size(1, CHANNELS, 1, PIXELS));
            float[] other = random(random, 5 + form.size(1, CHANNELS, 1, PIXELS));
            float[] mask = random(random, 4 + form.size(1, CHANNELS, 1, PIXELS));
            mask[9] = Float.NaN;
            mask[10] = 0f;
            v[3] = Float.NaN;
            v[4] = -0f;
            float[] before = own ? y.clone() : other;
            float[] values = v.clone();
            float[] untouched = y.clone();
            Epilogue epilogue = new Epilogue(scales, shifts, residuals, relu, masks, vectors);
            epilogue.scale(scale, 2);
            epilogue.shift(shift, 3);
            epilogue.residual(own ? y : other, 5);
            epilogue.mask(mask, 4);
            epilogue.begin(CHANNELS);
            int count = PIXELS / step;
            for (int b = 0; b < 3; b++) {
                int vo = b * 16 * PIXELS;
                if (form == Form.PLAIN) {
                    epilogue.finishPlain(b, 1, 16, v, vo, count, y, 5, b * 16 * PIXELS, PIXELS, step);
                } else if (b == 1) {
                    epilogue.finishLanes(b, 1, 9, v, vo, count, y, 5, b * 16 * PIXELS, step);
                } else {
                    epilogue.finish(b, v, vo, count, y, 5, b * 16 * PIXELS, step);
                }
            }
            for (int c = 0; c < CHANNELS; c++) {
                for (int p = 0; p < PIXELS; p++) {
                    int lane = c % 16;
                    boolean done = p % step == 0 && p / step < count
                            && (form == Form.PLAIN ? lane >= 1 : c / 16 != 1 || lane >= 1 && lane < 9);
                    int index = form == Form.PLAIN ? c * PIXELS + p : (c / 16 * PIXELS + p) * 16 + lane;
                    float e = untouched[5 + index];
                    if (done) {
                        e = values[(c / 16 * PIXELS + p / step) * 16 + lane];
                        e = scales && shifts ? Math.fma(e, scale[2 + c], shift[3 + c])
                                : scales ? e * scale[2 + c] : shifts ? e + shift[3 + c] : e;
                        e = residuals ? e + before[5 + index] : e;
                        e = relu ? Math.max(e, 0f) : e;
                        e = masks && !(mask[4 + index] > 0f) ? 0f : e;
                    }
                    assertEquals(e, y[5 + index], form + ", steps " + steps + ", vectors " + vectors + ", step " + step
                            + ", channel " + c + ", pixel " + p);
                }
            }
        }
    }

    /** A ReLU leaves bits beside the values that it always gives, and a mask of them lets through what its values do. */
    @Test
    void bitsServeAsTheValuesOfTheReluDo() {
        for (int steps = 0; steps < 8; steps++) {
            for (boolean vectors : new boolean[] {true, false}) {
                for (int step = 1; step <= 2; step++) {
                    checkBits(steps, vectors, step);
                }
            }
        }
    }

    private static void checkBits(int steps, boolean vectors, int step) {
        boolean scales = (steps & 1) != 0;
        boolean shifts = (steps & 2) != 0;
        boolean residuals = (steps & 4) != 0;
        Random random = new Random(steps);
        float[] scale = random(random, CHANNELS + 2);
        float[] shift = random(random, CHANNELS + 3);
        int size = Form.BLOCKED.size(1, CHANNELS, 1, PIXELS);
        float[] residual = random(random, 5 + size);
        float[] v = random(random, 3 * 16 * PIXELS);
        float[] special = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
        for (int i = 0; i < v.length; i += 7) {
            v[i] = special[i / 7 % special.length];
        }
        float[] g = random(random, v.length);
        String what = "steps " + steps + ", vectors " + vectors + ", step " + step;
        int[] bits = new int[3 + size / 16];
        Arrays.fill(bits, random.nextInt());
        float[] expected = new float[5 + size];
        float[] actual = expected.clone();
        finish(new Epilogue(scales, shifts, residuals, true, false, vectors), scale, shift, residual, expected, bits,
                v.clone(), expected, step);
        finish(new Epilogue(scales, shifts, residuals, true, false, Bits.WRITTEN, vectors), scale, shift, residual,
                expected, bits, v.clone(), actual, step);
        assertArrayEquals(bits(expected), bits(actual), what);
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < PIXELS / step * step; p += step) {
                int pixel = c / 16 * PIXELS + p;
                assertEquals(expected[5 + pixel * 16 + c % 16] > 0f, (bits[3 + pixel] >> c % 16 & 1) == 1,
                        what + ", channel " + c + ", pixel " + p);
            }
        }
        float[] expectedBack = new float[5 + size];
        float[] actualBack = expectedBack.clone();
        finish(new Epilogue(scales, shifts, residuals, false, true, vectors), scale, shift, residual, expected, bits,
                g.clone(), expectedBack, step);
        finish(new Epilogue(scales, shifts, residuals, false, true, Bits.READ, vectors), scale, shift, residual,
                expected, bits, g.clone(), actualBack, step);
        assertArrayEquals(bits(expectedBack), bits(actualBack), what + ", backward");
    }

    /** Finishes all blocks, but some lanes of one alone where bits are not written. */
    private static void finish(Epilogue epilogue, float[] scale, float[] shift, float[] residual, float[] mask,
            int[] bits, float[] v, float[] y, int step) {
        epilogue.scale(scale, 2);
        epilogue.shift(shift, 3);
        epilogue.residual(residual, 5);
        epilogue.mask(mask, 5);
        epilogue.bits(bits, 3);
        epilogue.begin(CHANNELS);
        for (int b = 0; b < 3; b++) {
            epilogue.finish(b, v, b * 16 * PIXELS, PIXELS / step, y, 5, b * 16 * PIXELS, step);
        }
    }

    /** What real channels hold, to the bit. */
    private static int[] bits(float[] y) {
        int[] bits = new int[CHANNELS * PIXELS];
        for (int i = 0; i < bits.length; i++) {
            int c = i / PIXELS;
            bits[i] = Float.floatToIntBits(y[5 + (c / 16 * PIXELS + i % PIXELS) * 16 + c % 16]);
        }
        return bits;
    }

    @Test
    void bitsOfSomeLanes() {
        float[] v = new float[16];
        float[] y = new float[16];
        Arrays.fill(v, 2f);
        Epilogue open = new Epilogue(false, false, false, false, true, Bits.READ);
        open.bits(new int[] {0b1010}, 0);
        open.begin(16);
        open.finishLanes(0, 1, 3, v, 0, 1, y, 0, 0, 1);
        assertEquals(2f, y[1]);
        assertEquals(0f, y[2]);
        assertEquals(0f, y[3]);
        Epilogue marks = new Epilogue(false, false, false, true, false, Bits.WRITTEN);
        marks.begin(16);
        assertThrows(IllegalStateException.class, () -> marks.finishLanes(0, 1, 3, v, 0, 1, y, 0, 0, 1));
        assertThrows(IllegalStateException.class, () -> marks.finishPlain(0, 0, 16, v, 0, 1, y, 0, 0, 1, 1));
    }

    @Test
    void bitsWithoutWhatTheyBelongTo() {
        assertThrows(IllegalArgumentException.class,
                () -> new Epilogue(false, false, false, false, false, Bits.WRITTEN));
        assertThrows(IllegalArgumentException.class,
                () -> new Epilogue(false, false, false, true, true, Bits.WRITTEN));
        assertThrows(IllegalArgumentException.class, () -> new Epilogue(false, false, false, true, false, Bits.READ));
    }

    /** A ceiling gives what a ReLU gives, and no more than itself; its bits say where the sum is between the bounds. */
    @Test
    void ceilings() {
        for (int steps = 0; steps < 8; steps++) {
            for (boolean vectors : new boolean[] {true, false}) {
                for (int step = 1; step <= 2; step++) {
                    checkCeiling(steps, vectors, step);
                }
            }
        }
    }

    private static void checkCeiling(int steps, boolean vectors, int step) {
        boolean scales = (steps & 1) != 0;
        boolean shifts = (steps & 2) != 0;
        boolean residuals = (steps & 4) != 0;
        float ceiling = 0.75f;
        Random random = new Random(steps);
        float[] scale = random(random, CHANNELS + 2);
        float[] shift = random(random, CHANNELS + 3);
        int size = Form.BLOCKED.size(1, CHANNELS, 1, PIXELS);
        float[] residual = random(random, 5 + size);
        float[] v = random(random, 3 * 16 * PIXELS);
        float[] special = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -Float.MIN_VALUE,
            ceiling, Math.nextUp(ceiling), Math.nextDown(ceiling)};
        for (int i = 0; i < v.length; i += 5) {
            v[i] = special[i / 5 % special.length];
        }
        String what = "steps " + steps + ", vectors " + vectors + ", step " + step;
        int[] bits = new int[3 + size / 16];
        Arrays.fill(bits, random.nextInt());
        float[] sums = new float[5 + size];
        float[] expected = sums.clone();
        float[] left = sums.clone();
        float[] actual = sums.clone();
        finish(new Epilogue(scales, shifts, residuals, false, false, vectors), scale, shift, residual, sums, bits,
                v.clone(), sums, step);
        finish(new Epilogue(scales, shifts, residuals, true, false, vectors), scale, shift, residual, sums, bits,
                v.clone(), expected, step);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.min(expected[i], ceiling);
        }
        finish(new Epilogue(scales, shifts, residuals, true, ceiling, false, Bits.WRITTEN, vectors), scale, shift,
                residual, sums, bits, v.clone(), left, step);
        finish(new Epilogue(scales, shifts, residuals, true, ceiling, false, Bits.NONE, vectors), scale, shift,
                residual, sums, bits, v.clone(), actual, step);
        assertArrayEquals(bits(expected), bits(left), what);
        assertArrayEquals(bits(expected), bits(actual), what + ", without bits");
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < PIXELS / step * step; p += step) {
                int pixel = c / 16 * PIXELS + p;
                float sum = sums[5 + pixel * 16 + c % 16];
                assertEquals(sum >= 0f && sum <= ceiling, (bits[3 + pixel] >> c % 16 & 1) == 1,
                        what + ", channel " + c + ", pixel " + p + ", " + sum);
            }
        }
    }

    @Test
    void ceilingsInThePlainOrderAndOfSomeLanes() {
        float[] v = new float[16];
        Arrays.fill(v, 9f);
        v[2] = -1f;
        v[3] = 5f;
        for (boolean vectors : new boolean[] {true, false}) {
            Epilogue epilogue = new Epilogue(false, false, false, true, 6f, false, Bits.NONE, vectors);
            epilogue.begin(16);
            float[] plain = new float[16];
            epilogue.finishPlain(0, 1, 5, v.clone(), 0, 1, plain, 0, 0, 1, 1);
            assertArrayEquals(new float[] {0, 6, 0, 5, 6, 0}, Arrays.copyOf(plain, 6));
            float[] some = new float[16];
            epilogue.finishLanes(0, 1, 5, v.clone(), 0, 1, some, 0, 0, 1);
            assertArrayEquals(plain, some);
        }
    }

    @Test
    void ceilingsThatCannotBe() {
        for (float ceiling : new float[] {0f, -1f, Float.NaN}) {
            assertThrows(IllegalArgumentException.class,
                    () -> new Epilogue(false, false, false, true, ceiling, false, Bits.NONE));
        }
        assertThrows(IllegalArgumentException.class,
                () -> new Epilogue(false, false, false, false, 6f, false, Bits.NONE));
        assertThrows(IllegalArgumentException.class,
                () -> new Epilogue(false, false, false, true, 6f, true, Bits.NONE));
    }

    private static float[] random(Random random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
