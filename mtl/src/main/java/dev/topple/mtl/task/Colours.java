// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

/** Values as colours: what a {@link Drawing} paints with. */
final class Colours {

    private static final int OPAQUE = 0xFF000000;

    /** From near to far, or none to strong: dark blue, violet, red, orange, yellow; its lightness rises evenly. */
    private static final int[] SCALE = {0x0D0887, 0x6A00A8, 0xB12A90, 0xE16462, 0xFCA636, 0xF0F921};

    private Colours() {}

    static int[] classes(PixelMap labels, int ignored) {
        int[] pixels = new int[labels.area()];
        for (int i = 0; i < pixels.length; i++) {
            int label = labels.values().ints()[labels.from() + i];
            pixels[i] = label == ignored ? OPAQUE : ofClass(label);
        }
        return pixels;
    }

    /** The class with the largest logit. */
    static int[] largest(PixelMap logits) {
        int[] pixels = new int[logits.area()];
        for (int i = 0; i < pixels.length; i++) {
            int best = 0;
            for (int c = 1; c < logits.channels(); c++) {
                if (logits.at(c, i) > logits.at(best, i)) {
                    best = c;
                }
            }
            pixels[i] = ofClass(best);
        }
        return pixels;
    }

    /** A colour for each class: the bits of its number, dealt in turn to red, green and blue from the top. */
    static int ofClass(int index) {
        int rgb = 0;
        int rest = index + 1;
        for (int bit = 7; rest != 0 && bit >= 0; bit--, rest >>>= 3) {
            rgb |= (rest & 1) << 16 + bit | (rest >> 1 & 1) << 8 + bit | (rest >> 2 & 1) << bit;
        }
        return OPAQUE | rgb;
    }

    static int[] bars(double[] probabilities, int height, int width) {
        int[] pixels = new int[height * width];
        int classes = probabilities.length;
        for (int y = 0; y < height; y++) {
            int from = y * classes / height;
            int to = Math.max(from + 1, (y + 1) * classes / height);
            int longest = from;
            for (int c = from; c < to; c++) {
                longest = probabilities[c] > probabilities[longest] ? c : longest;
            }
            long length = Math.round(probabilities[longest] * width);
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = x < length ? ofClass(longest) : OPAQUE;
            }
        }
        return pixels;
    }

    static int[] shades(PixelMap map) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < map.area(); i++) {
            if (Float.isFinite(map.first(i))) {
                low = Math.min(low, map.first(i));
                high = Math.max(high, map.first(i));
            }
        }
        return scale(map, low, high, Float::isFinite);
    }

    static int[] scale(PixelMap map, float low, float high, Drawing.Valid valid) {
        int[] pixels = new int[map.area()];
        for (int i = 0; i < pixels.length; i++) {
            float value = map.first(i);
            pixels[i] = valid.test(value) ? onScale(high > low ? (value - low) / (high - low) : 0) : OPAQUE;
        }
        return pixels;
    }

    private static int onScale(float fraction) {
        float place = Math.clamp(fraction, 0, 1) * (SCALE.length - 1);
        int below = Math.min((int) place, SCALE.length - 2);
        float share = place - below;
        int rgb = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            float value = (SCALE[below] >> shift & 255) * (1 - share) + (SCALE[below + 1] >> shift & 255) * share;
            rgb |= Math.round(value) << shift;
        }
        return OPAQUE | rgb;
    }

    static int[] directions(PixelMap normals) {
        int[] pixels = new int[normals.area()];
        for (int i = 0; i < pixels.length; i++) {
            double x = normals.at(0, i);
            double y = normals.at(1, i);
            double z = normals.at(2, i);
            double squares = x * x + y * y + z * z;
            double scale = 1 / Math.sqrt(squares);
            pixels[i] = squares > Normals.LEAST
                    ? OPAQUE | onByte(x * scale) << 16 | onByte(-y * scale) << 8 | onByte(-z * scale)
                    : OPAQUE;
        }
        return pixels;
    }

    private static int onByte(double component) {
        return (int) Math.round(Math.clamp((component + 1) / 2, 0, 1) * 255);
    }
}
