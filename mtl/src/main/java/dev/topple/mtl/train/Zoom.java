// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Task;

/**
 * A part of an image, enlarged to the size of the whole, as if seen by the same camera from nearer: {@code factor}
 * times larger is {@code factor} times nearer, and what is flattened that much along the line of sight has its normals
 * turned towards the camera.
 *
 * @param factor how many times larger things get, at least 1
 * @param right where the part lies, from 0 (at the left edge) to 1 (at the right edge)
 * @param down where the part lies, from 0 (at the upper edge) to 1 (at the lower edge)
 */
record Zoom(double factor, double right, double down) {

    /** The image of a part: interpolated linearly. */
    Tensor image(Tensor image) {
        Shape shape = image.shape();
        int height = shape.dim(-2);
        int width = shape.dim(-1);
        float[] from = image.floats();
        float[] to = new float[from.length];
        int[] left = new int[width];
        float[] share = new float[width];
        for (int x = 0; x < width; x++) {
            double at = Math.clamp(place(x, width, right) - 0.5, 0, width - 1);
            left[x] = Math.min((int) at, width - 2);
            share[x] = (float) (at - left[x]);
        }
        for (int plane = 0; plane < from.length / (height * width); plane++) {
            for (int y = 0; y < height; y++) {
                double at = Math.clamp(place(y, height, down) - 0.5, 0, height - 1);
                int top = Math.min((int) at, height - 2);
                float below = (float) (at - top);
                int row = (plane * height + top) * width;
                for (int x = 0; x < width; x++) {
                    int i = row + left[x];
                    float upper = from[i] + share[x] * (from[i + 1] - from[i]);
                    float lower = from[i + width] + share[x] * (from[i + width + 1] - from[i + width]);
                    to[(plane * height + y) * width + x] = upper + below * (lower - upper);
                }
            }
        }
        return Tensor.of(shape, to);
    }

    /** The label of a part: that of the nearest pixel; of a whole image the same. */
    Tensor label(Task task, Tensor label) {
        if (task.wholeImage()) {
            return label;
        }
        Shape shape = label.shape();
        int height = shape.dim(-2);
        int width = shape.dim(-1);
        int[] from = new int[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                from[y * width + x] = (int) place(y, height, down) * width + (int) place(x, width, right);
            }
        }
        return switch (label.dtype()) {
            case I32 -> Tensor.of(shape, integers(label.ints(), from));
            case F32 -> Tensor.of(shape, nearer(task, floats(label.floats(), from), from.length));
            case BOOL -> throw new IllegalArgumentException("truth values are not enlarged: " + label);
        };
    }

    private static int[] integers(int[] values, int[] from) {
        int[] to = new int[values.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = values[i / from.length * from.length + from[i % from.length]];
        }
        return to;
    }

    private static float[] floats(float[] values, int[] from) {
        float[] to = new float[values.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = values[i / from.length * from.length + from[i % from.length]];
        }
        return to;
    }

    private float[] nearer(Task task, float[] values, int area) {
        switch (task) {
            case Depth depth -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] / factor);
                }
            }
            case Normals normals -> {
                for (int i = 0; i < area; i++) {
                    turn(values, i, area);
                }
            }
            default -> {
                // Other labels do not say where in space things are.
            }
        }
        return values;
    }

    private void turn(float[] normals, int i, int area) {
        double x = normals[i];
        double y = normals[area + i];
        double z = normals[2 * area + i] * factor;
        double length = Math.sqrt(x * x + y * y + z * z);
        if (length > 0) {
            normals[i] = (float) (x / length);
            normals[area + i] = (float) (y / length);
            normals[2 * area + i] = (float) (z / length);
        }
    }

    /** Where the middle of a new pixel lies in the image, in pixels from its edge. */
    private double place(int i, int side, double part) {
        return Math.min(side - 1e-9, part * (side - side / factor) + (i + 0.5) / factor);
    }
}
