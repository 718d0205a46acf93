// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;

/**
 * The gradient of a convolution of 1 by 1 whose source's channels lie in several images of equal size, one after
 * another: what several such convolutions of one image give back to it, in one pass and without sums in between.
 *
 * <p>Every element is one chain of fused multiply-adds, parts and channels ascending, whatever the threads and the
 * batch; if the parts lie in different arrays, one chain for each run of parts in one array.
 */
public final class JoinedPointwise implements ConvolutionPlan {

    private static final int W = Blocks.WIDTH;
    private static final int TILE = TileKernel.PIXELS;
    /** The tiles of an item: its sums and the weight of a pair of target blocks share the first cache. */
    private static final int TILES = 8;
    /** The most source channels: a chain of this length has the same error as those of the direct algorithm. */
    public static final int MOST_CHANNELS = 288;
    private static final float[] UNSET = new float[0];

    private final TileKernel kernel;
    private final ConvolutionTask task;
    private final Epilogue epilogue;
    private final int parts;
    private final int partBlocks;
    private final int targetBlocks;
    private final int plane;
    private final int strips;
    private final int pitch;
    private final int perWorker;

    private final Work work = this::item;
    private final float[][] arrays;
    private final int[] offsets;
    private float[] packed = UNSET;
    private int po;
    private float[] y = UNSET;
    private int yo;
    private float[] scratch = UNSET;
    private int so;

    /**
     * A plan.
     *
     * @param task the convolution of all parts as if they were one image
     * @throws IllegalArgumentException if {@link #serves} says no
     */
    public JoinedPointwise(TileKernel kernel, ConvolutionTask task, int parts, Epilogue epilogue) {
        if (!serves(task, parts)) {
            throw new IllegalArgumentException("joined pointwise: " + parts + " parts of " + task);
        }
        this.kernel = kernel;
        this.task = task;
        this.epilogue = epilogue;
        this.parts = parts;
        partBlocks = task.sourceChannels() / parts / W;
        targetBlocks = Blocks.count(task.targetChannels());
        plane = task.targetHeight() * task.targetWidth();
        strips = Math.ceilDiv(plane, TILES * TILE);
        // The last tile of a plane ends with it and may begin before its strip does.
        pitch = (TILES + 1) * TILE * W;
        perWorker = 2 * pitch;
        arrays = new float[parts][];
        offsets = new int[parts * partBlocks];
    }

    /** Whether a task can be computed so: a gradient, blocked, of a kernel that is 1 by 1 and moves by 1. */
    public static boolean serves(ConvolutionTask task, int parts) {
        return task.backward() && task.kernelHeight() == 1 && task.kernelWidth() == 1
                && task.geometry().strideH() == 1 && task.geometry().strideW() == 1 && task.geometry().groups() == 1
                && task.sourceHeight() == task.targetHeight() && task.sourceWidth() == task.targetWidth()
                && task.geometry().padTop() == 0 && task.geometry().padLeft() == 0
                && task.source() == Form.BLOCKED && task.target() == Form.BLOCKED
                && task.sourceChannels() % (parts * W) == 0 && task.sourceChannels() <= MOST_CHANNELS
                && task.targetHeight() * task.targetWidth() >= TILE;
    }

    @Override
    public String algorithm() {
        return "direct, joined";
    }

    @Override
    public int packedSize() {
        return targetBlocks * W * task.sourceChannels();
    }

    @Override
    public Object packing() {
        return Packing.of(this, task);
    }

    /** {@code [pair of target blocks][source channel][lanes]}, 0 in lanes past the last channel. */
    @Override
    public void pack(Workers workers, float[] w, int wo, float[] packed, int po) {
        int channels = task.sourceChannels();
        int targets = task.targetChannels();
        for (int first = 0; first < targetBlocks; first += 2) {
            int lanes = Math.min(2, targetBlocks - first) * W;
            int at = po + first * W * channels;
            for (int k = 0; k < channels; k++) {
                for (int l = 0; l < lanes; l++) {
                    int target = first * W + l;
                    packed[at + k * lanes + l] = target < targets ? w[wo + k * targets + target] : 0f;
                }
            }
        }
    }

    @Override
    public int scratch(int threads) {
        return Math.multiplyExact(threads, perWorker);
    }

    /** Sets a part of the source. */
    public void source(int part, float[] array, int offset) {
        arrays[part] = array;
        for (int b = 0; b < partBlocks; b++) {
            offsets[part * partBlocks + b] = offset + b * plane * W;
        }
    }

    /**
     * Computes the target from the parts that were set.
     *
     * @param x ignored, as is its offset
     */
    @Override
    public void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
            int so) {
        this.packed = packed;
        this.po = po;
        this.y = y;
        this.yo = yo;
        this.scratch = scratch;
        this.so = so;
        epilogue.begin(task.targetChannels());
        workers.run(task.images() * strips, work);
        // A plan must not keep a closed program's memory alive.
        this.packed = UNSET;
        this.y = UNSET;
        this.scratch = UNSET;
        for (int part = 0; part < parts; part++) {
            arrays[part] = UNSET;
        }
    }

    private void item(int item, int worker) {
        int image = item / strips;
        int first = item % strips * TILES * TILE;
        int last = Math.min(plane, first + TILES * TILE);
        int sums = so + worker * perWorker + TILE * W;
        for (int pair = 0; pair < targetBlocks; pair += 2) {
            int blocks = Math.min(2, targetBlocks - pair);
            int weight = po + pair * W * task.sourceChannels();
            for (int pixel = first; pixel < last; pixel += TILE) {
                int start = Math.min(pixel, plane - TILE);
                multiply(image * partBlocks * plane * W + start * W, weight, blocks, sums + (start - first) * W);
            }
            for (int b = 0; b < blocks; b++) {
                int at = ((image * targetBlocks + pair + b) * plane + first) * W;
                epilogue.finish(pair + b, scratch, sums + b * pitch, last - first, y, yo, at, 1);
            }
        }
    }

    /** A tile of a pair of target blocks, from all parts that lie in one array at once. */
    private void multiply(int xo, int weight, int blocks, int sums) {
        int end;
        for (int part = 0; part < parts; part = end) {
            end = part + 1;
            while (end < parts && arrays[end] == arrays[part]) {
                end++;
            }
            kernel.multiply(TILE, (end - part) * partBlocks, offsets, part * partBlocks, W, arrays[part], xo, packed,
                    weight + part * partBlocks * W * blocks * W, blocks, scratch, sums, pitch, part > 0);
        }
    }
}
