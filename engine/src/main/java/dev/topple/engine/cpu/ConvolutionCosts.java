// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.WinogradConvolution;
import dev.topple.engine.graph.Convolution.Geometry;

/**
 * How long one image's convolution is expected to take on one thread. A time is the sum of a few counts of a
 * convolution's steps, each times a constant. The constants are fitted to measured times by {@code benchmarks/run
 * costs}, which prints them in the form in which they stand here. They decide between algorithms, so what counts is how
 * times compare; and they must be the same everywhere, so that a program has the same bits on every machine and for
 * every batch.
 */
final class ConvolutionCosts {

    // All in nanoseconds, in the order of the counts below.
    private static final double[] DIRECT = {0.01080, 0.1798, 0.02938};
    private static final double[] WINOGRAD_2 = {0.01487, 0.05477, 0.02133};
    private static final double[] WINOGRAD_4 = {0.01444, 0.1331, 0.03640};
    private static final double[] DEPTHWISE = {0.02979, 0.1800};

    /** For a float of a weight that is transformed anew in each run, shared by so many images. */
    private static final double REPACKED = 1.0 / 4;

    /** Pixels that a tile of the direct algorithm computes at once. */
    private static final int TILE = 12;

    private static final double MICROSECONDS = 1e-3;

    private ConvolutionCosts() {}

    /**
     * What is expected of an algorithm.
     *
     * @param counts how often it takes each kind of step that it is judged by
     * @param nanoseconds what each step is thought to take
     */
    record Cost(double[] counts, double[] nanoseconds) {

        double microseconds() {
            double sum = 0;
            for (int i = 0; i < counts.length; i++) {
                sum += counts[i] * nanoseconds[i];
            }
            return sum * MICROSECONDS;
        }
    }

    /**
     * By sums of products over the taps that meet the image. Counted are multiplications with additions, in full tiles;
     * floats of the target, which are stored; floats of the source, which are staged where the kernel has more taps
     * than one.
     */
    static Cost direct(ConvolutionTask task) {
        Geometry geometry = task.geometry();
        int imageHeight = task.backward() ? task.targetHeight() : task.sourceHeight();
        int imageWidth = task.backward() ? task.targetWidth() : task.sourceWidth();
        int resultHeight = task.backward() ? task.sourceHeight() : task.targetHeight();
        int resultWidth = task.backward() ? task.sourceWidth() : task.targetWidth();
        double rows = meetings(task.kernelHeight(), geometry.strideH(), geometry.padTop(), geometry.dilationH(),
                imageHeight, resultHeight);
        double columns = meetings(task.kernelWidth(), geometry.strideW(), geometry.padLeft(), geometry.dilationW(),
                imageWidth, resultWidth);
        // Sums run over real channels, two at a time.
        double perGroup = (task.sourceChannels() / geometry.groups() + 1) / 2 * 2.0
                * padded(task.targetChannels() / geometry.groups());
        // Tiles of a kernel of one pixel run over the ends of rows.
        boolean acrossRows = task.kernelHeight() * task.kernelWidth() * geometry.strideH() * geometry.strideW() == 1;
        int run = acrossRows ? resultHeight * resultWidth : resultWidth;
        double filled = (double) run / ((run + TILE - 1) / TILE * TILE);
        double steps = rows * columns * perGroup * geometry.groups() / Math.max(0.5, filled);
        double staged = task.kernelHeight() * task.kernelWidth() > 1 ? elements(task.sourceChannels(),
                task.sourceHeight(), task.sourceWidth()) : 0;
        return new Cost(new double[] {steps,
            elements(task.targetChannels(), task.targetHeight(), task.targetWidth()), staged}, DIRECT);
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
     * By Winograd's algorithm with a kernel of 3 by 3. Counted are multiplications with additions; points of a tile of
     * one channel of the source or the target, which are transformed, stored and read; floats of the transformed
     * weight, which are read from memory.
     *
     * @param tile results that a tile computes along each axis, 2 or 4
     * @param repacked whether the weight is transformed anew in each run
     */
    static Cost winograd(ConvolutionTask task, int tile, boolean repacked) {
        double tiles = WinogradConvolution.tiles(task, tile);
        double points = (tile + 2.0) * (tile + 2.0);
        double in = padded(task.sourceChannels());
        double out = padded(task.targetChannels());
        double[] known = tile == 2 ? WINOGRAD_2 : WINOGRAD_4;
        return new Cost(new double[] {tiles * points * in * out, tiles * points * (in + out), points * in * out},
                repacked ? new double[] {known[0], known[1], known[2] + REPACKED} : known);
    }

    /** Channel by channel. Counted are multiplications with additions, and floats of the target. */
    static Cost depthwise(ConvolutionTask task) {
        double results = task.backward()
                ? elements(task.sourceChannels(), task.sourceHeight(), task.sourceWidth())
                : elements(task.targetChannels(), task.targetHeight(), task.targetWidth());
        return new Cost(new double[] {results * task.kernelHeight() * task.kernelWidth(),
            elements(task.targetChannels(), task.targetHeight(), task.targetWidth())}, DEPTHWISE);
    }

    private static double elements(int channels, int height, int width) {
        return (double) padded(channels) * height * width;
    }

    private static int padded(int channels) {
        return Blocks.count(channels) * Blocks.WIDTH;
    }
}
