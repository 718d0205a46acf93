// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** Arithmetic of {@link Form#BLOCKED}, and the way into it and out of it. */
public final class Blocks {

    /** Channels of a block. */
    public static final int WIDTH = 16;

    private Blocks() {
    }

    /** The blocks that hold this many channels. */
    public static int count(int channels) {
        return (channels + WIDTH - 1) / WIDTH;
    }

    /** The floats of a batch of blocked images. */
    public static int size(int images, int channels, int height, int width) {
        return Math.multiplyExact(Math.multiplyExact(images, count(channels) * WIDTH),
                Math.multiplyExact(height, width));
    }

    /** One image: {@code [channels][pixels]} to blocks. The lanes past the last channel become 0. */
    public static void toBlocked(float[] x, int xo, int channels, int pixels, float[] y, int yo) {
        for (int c = 0; c < channels; c += WIDTH) {
            toBlocked(x, xo + c * pixels, pixels, Math.min(WIDTH, channels - c), pixels, y, yo + c * pixels);
        }
    }

    /** One image: blocks to {@code [channels][pixels]}. */
    public static void toPlain(float[] x, int xo, int channels, int pixels, float[] y, int yo) {
        for (int c = 0; c < channels; c += WIDTH) {
            toPlain(x, xo + c * pixels, Math.min(WIDTH, channels - c), pixels, y, yo + c * pixels, pixels);
        }
    }

    /**
     * A run of pixels of one block: {@code y[yo + p 16 + l] = x[xo + l plane + p]} for {@code l < lanes}, 0 in the
     * lanes above.
     */
    public static void toBlocked(float[] x, int xo, int plane, int lanes, int pixels, float[] y, int yo) {
        if (lanes == WIDTH) {
            for (int p = 0; p < pixels; p += TILE) {
                int n = Math.min(TILE, pixels - p);
                for (int l = 0; l < WIDTH; l += 4) {
                    fourToBlocked(x, xo + l * plane + p, plane, n, y, yo + p * WIDTH + l);
                }
            }
            return;
        }
        for (int p = 0; p < pixels; p++) {
            int to = yo + p * WIDTH;
            for (int l = 0; l < lanes; l++) {
                y[to + l] = x[xo + l * plane + p];
            }
            for (int l = lanes; l < WIDTH; l++) {
                y[to + l] = 0f;
            }
        }
    }

    /** A run of pixels of one block: {@code y[yo + l plane + p] = x[xo + p 16 + l]} for {@code l < lanes}. */
    public static void toPlain(float[] x, int xo, int lanes, int pixels, float[] y, int yo, int plane) {
        for (int p = 0; p < pixels; p += TILE) {
            int n = Math.min(TILE, pixels - p);
            for (int l = 0; l < lanes; l++) {
                laneToPlain(x, xo + p * WIDTH + l, n, y, yo + l * plane + p);
            }
        }
    }

    /** Pixels after which the other lanes get their turn, while the lines are still in the first cache. */
    private static final int TILE = 64;

    private static void fourToBlocked(float[] x, int xo, int plane, int pixels, float[] y, int yo) {
        int x1 = xo + plane;
        int x2 = x1 + plane;
        int x3 = x2 + plane;
        for (int p = 0; p < pixels; p++) {
            int to = yo + p * WIDTH;
            y[to] = x[xo + p];
            y[to + 1] = x[x1 + p];
            y[to + 2] = x[x2 + p];
            y[to + 3] = x[x3 + p];
        }
    }

    private static void laneToPlain(float[] x, int xo, int pixels, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            y[yo + p] = x[xo + p * WIDTH];
        }
    }
}
