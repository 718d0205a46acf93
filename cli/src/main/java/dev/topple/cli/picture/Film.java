// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of one size, one below the other in a single picture: it takes less space than they do alone, and a page
 * switches between them without loading anything. Each begins at a multiple of 8 rows, which is what JPEG works with,
 * so that none shines into the next.
 */
public final class Film {

    private static final int BLOCK = 8;

    private final int height;
    private final int width;
    private final boolean exact;
    private final List<int[]> frames = new ArrayList<>();

    /**
     * An empty one.
     *
     * @param height of its pictures, which may be smaller than those that are added
     * @param exact whether colours mean something each, so that none may be mixed
     */
    public Film(int height, int width, boolean exact) {
        this.height = height;
        this.width = width;
        this.exact = exact;
    }

    /** The height and width of pictures of a size that have to do with so many pixels. */
    public static int[] fitting(int height, int width, double pixels) {
        double scale = Math.min(1, Math.sqrt(pixels / ((double) height * width)));
        return new int[] {Math.max(1, (int) Math.round(height * scale)), Math.max(1, (int) Math.round(width * scale))};
    }

    /** Adds a picture. */
    public void add(BufferedImage picture) {
        frames.add(scaled(picture));
    }

    /** How many rows lie between the beginnings of two pictures. */
    public int pitch() {
        return Math.ceilDiv(height, BLOCK) * BLOCK;
    }

    /** The height of a picture. */
    public int height() {
        return height;
    }

    /** The width of a picture. */
    public int width() {
        return width;
    }

    /** How many pictures there are. */
    public int size() {
        return frames.size();
    }

    /** Whether colours mean something each. */
    public boolean exact() {
        return exact;
    }

    /** All of them in one; there must be one at least. */
    public BufferedImage picture() {
        BufferedImage film = new BufferedImage(width, pitch() * frames.size(), BufferedImage.TYPE_INT_RGB);
        for (int f = 0; f < frames.size(); f++) {
            for (int y = 0; y < pitch(); y++) {
                film.setRGB(0, f * pitch() + y, width, 1, frames.get(f), Math.min(y, height - 1) * width, width);
            }
        }
        return film;
    }

    private int[] scaled(BufferedImage picture) {
        int fromHeight = picture.getHeight();
        int fromWidth = picture.getWidth();
        int[] from = picture.getRGB(0, 0, fromWidth, fromHeight, null, 0, fromWidth);
        if (fromHeight == height && fromWidth == width) {
            return from;
        }
        int[] to = new int[height * width];
        for (int y = 0; y < height; y++) {
            int top = (int) ((long) y * fromHeight / height);
            int bottom = Math.max(top + 1, (int) ((y + 1L) * fromHeight / height));
            for (int x = 0; x < width; x++) {
                int left = (int) ((long) x * fromWidth / width);
                int right = Math.max(left + 1, (int) ((x + 1L) * fromWidth / width));
                to[y * width + x] = exact ? from[(top + bottom) / 2 * fromWidth + (left + right) / 2]
                        : mean(from, fromWidth, top, bottom, left, right);
            }
        }
        return to;
    }

    private static int mean(int[] from, int width, int top, int bottom, int left, int right) {
        long[] sums = new long[3];
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int pixel = from[y * width + x];
                sums[0] += pixel >> 16 & 255;
                sums[1] += pixel >> 8 & 255;
                sums[2] += pixel & 255;
            }
        }
        long count = (long) (bottom - top) * (right - left);
        return 0xFF000000 | (int) ((sums[0] + count / 2) / count) << 16 | (int) ((sums[1] + count / 2) / count) << 8
                | (int) ((sums[2] + count / 2) / count);
    }
}
