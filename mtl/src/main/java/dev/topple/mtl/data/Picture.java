// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * An 8-bit RGB picture.
 *
 * @param planes red, green, blue, each {@code height * width} bytes, row by row
 */
record Picture(int height, int width, byte[] planes) {

    Picture {
        if (planes.length != 3 * height * width) {
            throw new IllegalArgumentException("a picture of " + height + "x" + width + " has no " + planes.length
                    + " bytes");
        }
    }

    /** The picture with values from 0 to 1, {@code [3, H, W]}. */
    Tensor tensor() {
        float[] values = new float[planes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (planes[i] & 255) / 255f;
        }
        return Tensor.of(Shape.of(3, height, width), values);
    }

    /**
     * The picture made smaller, every new pixel the mean of the area that it covers; itself if its longer side is at
     * most as asked. The ratio of the sides stays, to the nearest pixel.
     */
    Picture within(int longerSide) {
        int longest = Math.max(height, width);
        if (longest <= longerSide) {
            return this;
        }
        return resized(scaled(height, longest, longerSide), scaled(width, longest, longerSide));
    }

    /** The picture in another size, every new pixel the mean of the area that it covers. */
    Picture resized(int newHeight, int newWidth) {
        if (newHeight == height && newWidth == width) {
            return this;
        }
        byte[] to = new byte[3 * newHeight * newWidth];
        float[] row = new float[newWidth];
        float[] sums = new float[newWidth];
        for (int plane = 0; plane < 3; plane++) {
            for (int y = 0; y < newHeight; y++) {
                double top = (double) y * height / newHeight;
                double bottom = (double) (y + 1) * height / newHeight;
                Arrays.fill(sums, 0);
                for (int from = (int) top; from < Math.min(height, Math.ceil(bottom)); from++) {
                    float share = (float) ((Math.min(bottom, from + 1.0) - Math.max(top, from)) / (bottom - top));
                    shrink((plane * height + from) * width, row);
                    for (int x = 0; x < newWidth; x++) {
                        sums[x] += share * row[x];
                    }
                }
                for (int x = 0; x < newWidth; x++) {
                    to[(plane * newHeight + y) * newWidth + x] = (byte) Math.clamp(Math.round(sums[x]), 0, 255);
                }
            }
        }
        return new Picture(newHeight, newWidth, to);
    }

    /** A part of the picture. */
    Picture part(int top, int left, int newHeight, int newWidth) {
        byte[] to = new byte[3 * newHeight * newWidth];
        for (int row = 0; row < 3 * newHeight; row++) {
            int from = row / newHeight * height + top + row % newHeight;
            System.arraycopy(planes, from * width + left, to, row * newWidth, newWidth);
        }
        return new Picture(newHeight, newWidth, to);
    }

    private static int scaled(int side, int longest, int longerSide) {
        return Math.max(1, Math.round((float) side * longerSide / longest));
    }

    /** One row of a plane, made as wide as {@code to}. */
    private void shrink(int start, float[] to) {
        for (int x = 0; x < to.length; x++) {
            double left = (double) x * width / to.length;
            double right = (double) (x + 1) * width / to.length;
            double sum = 0;
            for (int from = (int) left; from < Math.min(width, Math.ceil(right)); from++) {
                sum += (Math.min(right, from + 1.0) - Math.max(left, from)) * (planes[start + from] & 255);
            }
            to[x] = (float) (sum / (right - left));
        }
    }

    /** The picture turned as EXIF's tag 274 (orientation, 1 to 8) says that it must be to stand upright. */
    Picture upright(int orientation) {
        if (orientation == 1) {
            return this;
        }
        boolean turned = orientation >= 5;
        int newHeight = turned ? width : height;
        int newWidth = turned ? height : width;
        byte[] to = new byte[planes.length];
        for (int plane = 0; plane < 3; plane++) {
            for (int y = 0; y < newHeight; y++) {
                for (int x = 0; x < newWidth; x++) {
                    int fromX = switch (orientation) {
                        case 2, 3 -> width - 1 - x;
                        case 5, 6 -> y;
                        case 7, 8 -> width - 1 - y;
                        default -> x;
                    };
                    int fromY = switch (orientation) {
                        case 3, 4 -> height - 1 - y;
                        case 6, 7 -> height - 1 - x;
                        case 5, 8 -> x;
                        default -> y;
                    };
                    to[(plane * newHeight + y) * newWidth + x] = planes[(plane * height + fromY) * width + fromX];
                }
            }
        }
        return new Picture(newHeight, newWidth, to);
    }
}
