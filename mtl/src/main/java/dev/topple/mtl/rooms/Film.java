// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * What a camera does to light: automatic exposure, white balance, vignetting, a soft shoulder, the sRGB curve, noise
 * and 8 bits.
 */
final class Film {
    private static final int STEPS = 4096;
    private static final float[] CURVE = curve();
    private final double key;
    private final double[] balance;
    private final double vignette;
    private final double noise;
    private final long grain;

    Film(Draw draw) {
        key = draw.range(0.26, 0.42);
        double warmth = draw.range(-0.07, 0.07);
        balance = new double[] {1 + warmth, 1, 1 - warmth};
        vignette = draw.range(0.05, 0.3);
        noise = draw.range(0.2, 1.0);
        grain = draw.bits();
    }

    private static float[] curve() {
        float[] c = new float[STEPS + 1];
        for (int i = 0; i <= STEPS; i++) {
            double x = i / (double) STEPS;
            c[i] = (float) (255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * StrictMath.pow(x, 1 / 2.4) - 0.055));
        }
        return c;
    }

    private static double brightness(float[] light, int area, double most) {
        double sum = 0;
        for (int i = 0; i < area; i++) {
            sum += Math.min(most, 0.2126 * light[i] + 0.7152 * light[i + area] + 0.0722 * light[i + 2 * area]);
        }
        return Math.max(1e-4, sum / area);
    }

    float[] develop(float[] light, int height, int width) {
        int area = height * width;
        // A second pass without the brightest parts keeps a window from making the room black.
        double exposure = key / brightness(light, area, 1.5 * brightness(light, area, 1e9));
        float[] out = new float[3 * area];
        for (int i = 0; i < area; i++) {
            double x = (i % width + 0.5 - width / 2.0) / Math.max(width, height) * 2;
            double y = (i / width + 0.5 - height / 2.0) / Math.max(width, height) * 2;
            double fall = exposure * (1 - vignette * (x * x + y * y));
            for (int k = 0; k < 3; k++) {
                double value = light[i + k * area] * fall * balance[k];
                // Straight up to one half, then a shoulder that tends to 1.
                double s = value <= 0.5 ? value : 1 - 0.25 / value;
                double level = CURVE[(int) (s * STEPS)];
                double grainHere = Draw.bell(Draw.mix(grain + 3L * i + k));
                level += grainHere * noise * (0.8 + 0.16 * Math.sqrt(level));
                out[i + k * area] = Math.max(0, Math.min(255, (int) (level + 0.5))) / 255f;
            }
        }
        return out;
    }
}
