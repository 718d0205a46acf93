// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/**
 * Labels and predictions as pictures for people. Pixels are {@code 0xAARRGGBB}, row by row; what is not valid is black.
 */
public final class Colours {

    private static final int OPAQUE = 0xFF000000;

    /** From near to far, or none to strong: dark blue, violet, red, orange, yellow; its lightness rises evenly. */
    private static final int[] SCALE = {0x0D0887, 0x6A00A8, 0xB12A90, 0xE16462, 0xFCA636, 0xF0F921};

    private Colours() {}

    /**
     * Paints one image's label or prediction.
     *
     * @param values a label or a prediction of the task for some images
     * @param row which image
     * @return height times width pixels; empty for a task that has no picture
     */
    public static int[] argb(Task task, Tensor values, int row) {
        return switch (task) {
            case Segmentation segmentation -> values.dtype() == DType.I32
                    ? classes(values, row, segmentation.ignored())
                    : classes(values, row);
            case Depth depth -> distances(values, row, 10);
            case Normals normals -> directions(values, row);
            case Keypoints keypoints -> responses(values, row);
            case Edges edges -> responses(values, row);
            default -> new int[0];
        };
    }

    private static int[] classes(Tensor labels, int row, int ignored) {
        int area = area(labels);
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            int label = labels.ints()[row * area + i];
            pixels[i] = label == ignored ? OPAQUE : ofClass(label);
        }
        return pixels;
    }

    private static int[] classes(Tensor logits, int row) {
        int area = area(logits);
        int count = logits.shape().dim(1);
        float[] values = logits.floats();
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            int best = 0;
            for (int c = 1; c < count; c++) {
                if (values[(row * count + c) * area + i] > values[(row * count + best) * area + i]) {
                    best = c;
                }
            }
            pixels[i] = ofClass(best);
        }
        return pixels;
    }

    /** A colour for each class: the bits of its number, dealt in turn to red, green and blue from the top. */
    public static int ofClass(int index) {
        int rgb = 0;
        int rest = index + 1;
        for (int bit = 7; rest != 0 && bit >= 0; bit--, rest >>>= 3) {
            rgb |= (rest & 1) << 16 + bit | (rest >> 1 & 1) << 8 + bit | (rest >> 2 & 1) << bit;
        }
        return OPAQUE | rgb;
    }

    private static int[] distances(Tensor depths, int row, float farthest) {
        int area = area(depths);
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            float metres = depths.floats()[row * area + i];
            pixels[i] = metres > Depth.LEAST ? onScale(metres / farthest) : OPAQUE;
        }
        return pixels;
    }

    private static int[] responses(Tensor responses, int row) {
        int area = area(responses);
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            float response = responses.floats()[row * area + i];
            pixels[i] = response == ResponseMap.VOID ? OPAQUE : onScale((response + 1) / 2);
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

    private static int[] directions(Tensor normals, int row) {
        int area = area(normals);
        float[] values = normals.floats();
        int[] pixels = new int[area];
        for (int i = 0; i < area; i++) {
            int at = row * 3 * area + i;
            double x = values[at];
            double y = values[at + area];
            double z = values[at + 2 * area];
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

    private static int area(Tensor values) {
        Shape shape = values.shape();
        return shape.dim(-1) * shape.dim(-2);
    }
}
