// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;

/** Images for tests: the same values in both forms, with NaN in the lanes that hold no channel. */
final class ChannelImages {

    private static final int W = Blocks.WIDTH;

    private ChannelImages() {
    }

    static float[] random(int size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** {@code [N][C][pixels]} after {@code shift} elements, in the given form. */
    static float[] in(Form form, float[] plain, int images, int channels, int pixels, int shift) {
        float[] copy = new float[shift + form.size(images, channels, pixels, 1)];
        Arrays.fill(copy, Float.NaN);
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    copy[shift + at(form, n, c, p, channels, pixels)] = plain[(n * channels + c) * pixels + p];
                }
            }
        }
        return copy;
    }

    static int[] blocked(int[] plain, int images, int channels, int pixels) {
        int[] copy = new int[Blocks.size(images, channels, pixels, 1)];
        Arrays.fill(copy, Integer.MIN_VALUE);
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    copy[at(Form.BLOCKED, n, c, p, channels, pixels)] = plain[(n * channels + c) * pixels + p];
                }
            }
        }
        return copy;
    }

    private static int at(Form form, int n, int c, int p, int channels, int pixels) {
        return form == Form.PLAIN
                ? (n * channels + c) * pixels + p
                : ((n * Blocks.count(channels) + c / W) * pixels + p) * W + c % W;
    }

    static float[] plain(float[] blocked, int images, int channels, int pixels, int shift) {
        float[] copy = new float[images * channels * pixels];
        for (int i = 0; i < copy.length; i++) {
            int c = i / pixels % channels;
            copy[i] = blocked[shift + at(Form.BLOCKED, i / pixels / channels, c, i % pixels, channels, pixels)];
        }
        return copy;
    }

    static int[] plain(int[] blocked, int images, int channels, int pixels) {
        int[] copy = new int[images * channels * pixels];
        for (int i = 0; i < copy.length; i++) {
            int c = i / pixels % channels;
            copy[i] = blocked[at(Form.BLOCKED, i / pixels / channels, c, i % pixels, channels, pixels)];
        }
        return copy;
    }

    static void assertSameBits(float[] expected, float[] actual, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(actual[i]),
                    () -> what + ": " + firstDifference(expected, actual));
        }
    }

    private static String firstDifference(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToIntBits(a[i]) != Float.floatToIntBits(b[i])) {
                return "element " + i + " is " + b[i] + " and not " + a[i];
            }
        }
        return "none";
    }

    static void assertClose(double[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        double scale = 1e-3;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[i]);
            assertTrue(error <= tolerance * scale, what + ": element " + i + " is " + actual[i] + " and not "
                    + expected[i]);
        }
    }
}
