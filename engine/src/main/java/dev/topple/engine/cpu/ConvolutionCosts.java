// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.WinogradConvolution;
import dev.topple.engine.graph.Convolution.Geometry;

/**
 * How long one image's convolution is expected to take on one thread, in microseconds. A time is the sum of a few
 * counts of a convolution's steps, each times a constant that was fitted once to the times of some thirty shapes on a
 * busy server with 512-bit vectors, most of which it meets within a tenth. It decides between algorithms, so what
 * counts is how times compare; and it must be the same everywhere, so that a program has the same bits on every machine
 * and for every batch.
 */
final class ConvolutionCosts {

    // All in nanoseconds.

    /** A multiplication and addition of the direct algorithm, in a full tile. */
    private static final double DIRECT_STEP = 1 / 62.0;

    /** A multiplication and addition of Winograd's products. */
    private static final double WINOGRAD_STEP = 1 / 50.0;

    /** A point of a tile of one channel of the source or the target: it is transformed, stored and read. */
    private static final double TRANSFORM = 0.07;

    /** A float of a transformed weight that is read from memory. */
    private static final double WEIGHT = 0.10;

    /** A float of a weight that is transformed anew in each run. */
    private static final double TRANSFORM_WEIGHT = 1.0;

    /** Images that a new transform of the weight is thought to serve. */
    private static final double IMAGES_PER_WEIGHT = 4;

    /** A multiplication and addition of a depthwise convolution. */
    private static final double DEPTHWISE_STEP = 1 / 10.0;

    /** Pixels that a tile of the direct algorithm computes at once. */
    private static final int TILE = 12;

    private static final double MICROSECONDS = 1e-3;

    private ConvolutionCosts() {}

    /** By sums of products over the taps that meet the image. */
    static double direct(ConvolutionTask task) {
        Geometry geometry = task.geometry();
        int imageHeight = task.backward() ? task.targetHeight() : task.sourceHeight();
        int imageWidth = task.backward() ? task.targetWidth() : task.sourceWidth();
        int resultHeight = task.backward() ? task.sourceHeight() : task.targetHeight();
        int resultWidth = task.backward() ? task.sourceWidth() : task.targetWidth();
        double rows = meetings(task.kernelHeight(), geometry.strideH(), geometry.padTop(), geometry.dilationH(),
                imageHeight, resultHeight);
        double columns = meetings(task.kernelWidth(), geometry.strideW(), geometry.padLeft(), geometry.dilationW(),
                imageWidth, resultWidth);
        double perGroup = (double) padded(task.sourceChannels() / geometry.groups())
                * padded(task.targetChannels() / geometry.groups());
        double filled = (double) resultWidth / ((resultWidth + TILE - 1) / TILE * TILE);
        double steps = rows * columns * perGroup * geometry.groups() / Math.max(0.5, filled);
        return MICROSECONDS * steps * DIRECT_STEP;
    }

    /** How often a tap meets the image, over all places of the kernel along one axis. */
    private static double meetings(int kernel, int stride, int pad, int dilation, int image, int result) {
        int count = 0;
        for (int k = 0; k < kernel; k++) {
            for (int r = 0; r < result; r++) {
                int at = r * stride - pad + k * dilation;
                count += at >= 0 && at < image ? 1 : 0;
            }
        }
        return count;
    }

    /**
     * By Winograd's algorithm with a kernel of 3 by 3.
     *
     * @param tile results that a tile computes along each axis
     * @param repacked whether the weight is transformed anew in each run
     */
    static double winograd(ConvolutionTask task, int tile, boolean repacked) {
        double tiles = WinogradConvolution.tiles(task, tile);
        double points = (tile + 2.0) * (tile + 2.0);
        double in = padded(task.sourceChannels());
        double out = padded(task.targetChannels());
        double weight = points * in * out * WEIGHT;
        double transform = repacked ? points * in * out * TRANSFORM_WEIGHT / IMAGES_PER_WEIGHT : 0;
        double products = tiles * points * in * out * WINOGRAD_STEP;
        return MICROSECONDS * (products + tiles * points * (in + out) * TRANSFORM + weight + transform);
    }

    /** Channel by channel. */
    static double depthwise(ConvolutionTask task) {
        double results = task.backward()
                ? (double) task.sourceHeight() * task.sourceWidth()
                : (double) task.targetHeight() * task.targetWidth();
        double steps = results * padded(task.targetChannels()) * task.kernelHeight() * task.kernelWidth();
        return MICROSECONDS * steps * DEPTHWISE_STEP;
    }

    private static int padded(int channels) {
        return Blocks.count(channels) * Blocks.WIDTH;
    }
}
