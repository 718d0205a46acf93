// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * Images whose channels form groups, each group in blocks of its own: {@code [N][groups][blocks][pixels][16]}. Where a
 * blocked image already is that, it is used in place; else it is gathered.
 */
final class GroupedBlocks {

    private static final int W = Blocks.WIDTH;

    private final Form form;
    private final int images;
    private final int groups;
    private final int channels;
    private final int pixels;

    /**
     * A layout.
     *
     * @param form of the image given
     * @param channels of one group
     */
    GroupedBlocks(Form form, int images, int groups, int channels, int pixels) {
        this.form = form;
        this.images = images;
        this.groups = groups;
        this.channels = channels;
        this.pixels = pixels;
    }

    /** Whether the image needs to be gathered. */
    boolean gathers() {
        return form == Form.PLAIN || (groups > 1 && channels % W != 0);
    }

    /** Blocks of a group. */
    int blocks() {
        return Blocks.count(channels);
    }

    /** The number of a block among all. */
    int block(int image, int group, int block) {
        return (image * groups + group) * blocks() + block;
    }

    /** Floats of the gathered images. */
    int size() {
        return Math.multiplyExact(Math.multiplyExact(images * groups, blocks() * W), pixels);
    }

    /** Items of work of gathering: blocks. */
    int items() {
        return images * groups * blocks();
    }

    /** Gathers one block. */
    void gather(int item, float[] x, int xo, float[] y, int yo) {
        int block = item % blocks();
        int group = item / blocks() % groups;
        int image = item / blocks() / groups;
        int lanes = Math.min(W, channels - block * W);
        int channel = group * channels + block * W;
        int to = yo + item * pixels * W;
        if (form == Form.PLAIN) {
            Blocks.toBlocked(x, xo + (image * groups * channels + channel) * pixels, pixels, lanes, pixels, y, to);
            return;
        }
        int blocked = Blocks.count(groups * channels);
        for (int l = 0; l < lanes; l++) {
            int from = xo + (image * blocked + (channel + l) / W) * pixels * W + (channel + l) % W;
            for (int p = 0; p < pixels; p++) {
                y[to + p * W + l] = x[from + p * W];
            }
        }
    }
}
