// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;

/**
 * Sums per channel over blocked images, for a fixed shape: over each image apart, over the batch, and what batch
 * normalisation needs. Short runs of pixels are summed in float32, runs, chunks and then images in float64, in
 * ascending order; so the bits depend on the shape and the values alone, and the sums of one image on that image alone.
 * An item of work is a chunk of pixels of a block of channels of one image.
 *
 * <p>One run at a time; the object holds the operands of the run under way. Running allocates nothing.
 */
public final class ChannelSums {

    private static final int W = Blocks.WIDTH;
    /** Pixels that are summed in float32; they stay in the first cache. */
    private static final int RUN = 256;
    /** Pixels of a chunk. */
    private static final int CHUNK = 8 * RUN;
    /** What an item leaves for each lane: a first and a second total. */
    private static final int PARTS = 2;

    private static final float[] NONE = new float[0];

    private final SumLanes lanes;
    private final Shape shape;
    private final int blocks;
    private final int pixels;
    private final int chunks;
    private final int items;
    private final double[] partials;

    private final Work sumChunk = this::sumChunk;
    private final Work momentsChunk = this::momentsChunk;
    private final Work gradientChunk = this::gradientChunk;
    private float[] x = NONE;
    private int xo;
    private float[] g = NONE;
    private int go;
    private float[] mean = NONE;
    private int mo;
    private final float[] runs;

    /**
     * Sums over images.
     *
     * @param shape their logical shape {@code [N, C, H, W]}
     * @param threads the most that a run shares the work among
     */
    public ChannelSums(Simd simd, Shape shape, int threads) {
        lanes = SumLanes.of(simd);
        this.shape = shape;
        blocks = Blocks.count(shape.dim(1));
        pixels = shape.dim(2) * shape.dim(3);
        chunks = Math.ceilDiv(pixels, CHUNK);
        items = shape.dim(0) * blocks * chunks;
        partials = new double[Math.multiplyExact(items, PARTS * W)];
        runs = new float[threads * PARTS * W];
    }

    /** Items of work. */
    public int items() {
        return items;
    }

    /** The sum of each channel over batch, height and width: {@code sums [C]}. */
    public void overBatch(Workers workers, float[] x, int xo, float[] sums, int so) {
        this.x = x;
        this.xo = xo;
        workers.run(items, sumChunk);
        for (int c = 0; c < shape.dim(1); c++) {
            sums[so + c] = (float) total(c, 0);
        }
    }

    /** The sum of each channel of each image over height and width: {@code sums [N][C]}, plain. */
    public void overPixels(Workers workers, float[] x, int xo, float[] sums, int so) {
        this.x = x;
        this.xo = xo;
        workers.run(items, sumChunk);
        for (int n = 0; n < shape.dim(0); n++) {
            for (int c = 0; c < shape.dim(1); c++) {
                sums[so + n * shape.dim(1) + c] = (float) total(n, c, 0);
            }
        }
    }

    /** Mean and biased variance of each channel over batch, height and width, in one pass over the images. */
    public void statistics(Workers workers, float[] x, int xo, float[] means, int mo, float[] variances, int vo) {
        this.x = x;
        this.xo = xo;
        workers.run(items, momentsChunk);
        for (int c = 0; c < shape.dim(1); c++) {
            // Chan, Golub and LeVeque (1983): moments of parts make the moments of the whole.
            double count = 0;
            double average = 0;
            double squares = 0;
            for (int n = 0; n < shape.dim(0); n++) {
                for (int chunk = 0; chunk < chunks; chunk++) {
                    int at = at(n, c, chunk);
                    double more = Math.min(CHUNK, pixels - chunk * CHUNK);
                    double delta = partials[at] - average;
                    double all = count + more;
                    average += delta * more / all;
                    squares += partials[at + W] + delta * delta * count * more / all;
                    count = all;
                }
            }
            means[mo + c] = (float) average;
            variances[vo + c] = (float) (squares / count);
        }
    }

    /**
     * The gradients of batch normalisation's gamma, the sum of {@code g (x - mean) / sqrt(variance + epsilon)}, and
     * beta, the sum of g.
     *
     * @param x the images that were normalised
     * @param g the gradient of the normalised images
     */
    public void gradients(Workers workers, float[] x, int xo, float[] g, int go, float[] means, int mo,
            float[] variances, int vo, float epsilon, float[] gammas, int gammaOffset, float[] betas, int betaOffset) {
        this.x = x;
        this.xo = xo;
        this.g = g;
        this.go = go;
        this.mean = means;
        this.mo = mo;
        workers.run(items, gradientChunk);
        for (int c = 0; c < shape.dim(1); c++) {
            double scale = 1 / Math.sqrt((double) variances[vo + c] + epsilon);
            gammas[gammaOffset + c] = (float) (total(c, W) * scale);
            betas[betaOffset + c] = (float) total(c, 0);
        }
    }

    private int at(int image, int channel, int chunk) {
        return ((image * blocks + channel / W) * chunks + chunk) * PARTS * W + channel % W;
    }

    private double total(int channel, int part) {
        double total = 0;
        for (int n = 0; n < shape.dim(0); n++) {
            total += total(n, channel, part);
        }
        return total;
    }

    private double total(int image, int channel, int part) {
        double total = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            total += partials[at(image, channel, chunk) + part];
        }
        return total;
    }

    /** Where an item's first pixel lies in an image. */
    private int start(int item) {
        return (item / chunks * pixels + item % chunks * CHUNK) * W;
    }

    private int length(int item) {
        return Math.min(CHUNK, pixels - item % chunks * CHUNK);
    }

    private void sumChunk(int item, int worker) {
        int to = item * PARTS * W;
        int memory = worker * PARTS * W;
        Arrays.fill(partials, to, to + W, 0);
        int n = length(item);
        for (int p = 0; p < n; p += RUN) {
            lanes.sum(Math.min(RUN, n - p), x, xo + start(item) + p * W, runs, memory);
            for (int l = 0; l < W; l++) {
                partials[to + l] += runs[memory + l];
            }
        }
    }

    private void momentsChunk(int item, int worker) {
        int to = item * PARTS * W;
        int memory = worker * PARTS * W;
        Arrays.fill(partials, to, to + PARTS * W, 0);
        int n = length(item);
        for (int p = 0; p < n; p += RUN) {
            int more = Math.min(RUN, n - p);
            int from = xo + start(item) + p * W;
            lanes.sum(more, x, from, runs, memory);
            for (int l = 0; l < W; l++) {
                runs[memory + l] /= more;
            }
            lanes.squares(more, x, from, runs, memory, runs, memory + W);
            double all = p + more;
            for (int l = 0; l < W; l++) {
                double delta = runs[memory + l] - partials[to + l];
                partials[to + l] += delta * more / all;
                partials[to + W + l] += runs[memory + W + l] + delta * delta * p * more / all;
            }
        }
    }

    private void gradientChunk(int item, int worker) {
        int to = item * PARTS * W;
        int memory = worker * PARTS * W;
        Arrays.fill(partials, to, to + PARTS * W, 0);
        int block = item / chunks % blocks;
        int channels = Math.min(W, shape.dim(1) - block * W);
        int n = length(item);
        for (int p = 0; p < n; p += RUN) {
            int more = Math.min(RUN, n - p);
            int at = start(item) + p * W;
            lanes.sum(more, g, go + at, runs, memory);
            for (int l = 0; l < W; l++) {
                partials[to + l] += runs[memory + l];
            }
            Arrays.fill(runs, memory, memory + W, 0f);
            System.arraycopy(mean, mo + block * W, runs, memory, channels);
            lanes.products(more, g, go + at, x, xo + at, runs, memory, runs, memory + W);
            for (int l = 0; l < W; l++) {
                partials[to + W + l] += runs[memory + W + l];
            }
        }
    }
}
