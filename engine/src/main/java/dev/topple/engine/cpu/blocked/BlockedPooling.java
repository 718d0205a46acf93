// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * Pooling of blocked images and its adjoints, for fixed shapes. Indices are blocked as values are, and name positions
 * {@code y * W + x} in the plain plane. An item of work is some rows of a block of channels of one image.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class BlockedPooling {

    private static final int W = Blocks.WIDTH;
    /** Pixels of an item, at least, if the image has so many. */
    private static final int STRIP = 1024;

    private static final float[] NONE = new float[0];
    private static final int[] NO_INDICES = new int[0];

    private final Pooling op;
    private final boolean windowed;
    private final PoolGeometry geometry;
    private final PoolLanes lanes;
    private final int channels;
    private final int blocks;
    private final int planes;
    private final int sourcePlane;
    private final int targetPlane;
    private final int stripHeight;
    private final int strips;
    private final int targetHeight;

    private final Work work = this::item;
    private float[] x = NONE;
    private int xo;
    private int[] indices = NO_INDICES;
    private int io;
    private float[] y = NONE;
    private int yo;
    private float[] mask = NONE;
    private int mo;
    private int[] bits = NO_INDICES;
    private int bo;

    /**
     * One op of the family.
     *
     * @param pooled for {@link Pooling.Scatter}: the window of the {@link Pooling.MaxPool2d} on an image of the
     *     result's size that the indices come from, if they do; then a mask can follow in the same pass
     * @param shape the logical shape of the first operand
     * @param result the logical shape of the first result
     */
    public BlockedPooling(Simd simd, Pooling op, Optional<Pooling.Window> pooled, Shape shape, Shape result) {
        this.op = op;
        lanes = PoolLanes.of(simd);
        windowed = op instanceof Pooling.Scatter ? pooled.isPresent() : !(op instanceof Pooling.Gather);
        channels = shape.dim(1);
        blocks = Blocks.count(channels);
        planes = shape.dim(0) * blocks;
        sourcePlane = shape.dim(2) * shape.dim(3) * W;
        targetPlane = result.dim(2) * result.dim(3) * W;
        targetHeight = result.dim(2);
        boolean gradient = op instanceof Pooling.Scatter || op instanceof Pooling.AvgPool2dGradient;
        Shape image = gradient ? result : shape;
        Shape places = gradient ? shape : result;
        geometry = switch (op) {
            case Pooling.MaxPool2d pool -> PoolGeometry.of(pool.window(), false, image.dim(2), image.dim(3));
            case Pooling.AvgPool2d pool -> PoolGeometry.of(pool.window(), pool.countPadding(), image.dim(2),
                    image.dim(3));
            case Pooling.AvgPool2dGradient pool -> PoolGeometry.of(pool.window(), pool.countPadding(), image.dim(2),
                    image.dim(3));
            default -> PoolGeometry.of(pooled.orElse(Pooling.Window.square(1, 1, 0)), false, image.dim(2),
                    image.dim(3));
        };
        if (windowed && (geometry.rows().out() != places.dim(2) || geometry.columns().out() != places.dim(3))) {
            throw new IllegalArgumentException(op.mnemonic() + ": windows on an image " + image + " make "
                    + geometry.rows().out() + " by " + geometry.columns().out() + " places, not " + places);
        }
        stripHeight = windowed ? Math.clamp(Math.ceilDiv(STRIP, result.dim(3)), 1, targetHeight) : targetHeight;
        strips = Math.ceilDiv(targetHeight, stripHeight);
    }

    /** Items of work. */
    public int items() {
        return planes * strips;
    }

    /**
     * Sets the tensor, of the result's form and shape, whose positive elements let the result of a windowed
     * {@link Pooling.Scatter} through: the gradient of a ReLU before the pooling whose value it is.
     */
    public void mask(float[] array, int offset) {
        checkMasks();
        mask = array;
        mo = offset;
    }

    /** Sets a mask of bits instead, one word for each pixel of a block of channels; see {@link Epilogue}. */
    public void bits(int[] array, int offset) {
        checkMasks();
        bits = array;
        bo = offset;
    }

    private void checkMasks() {
        if (!windowed || !(op instanceof Pooling.Scatter)) {
            throw new IllegalStateException(op.mnemonic() + ": only the gradient of a max pooling takes a mask");
        }
    }

    /** Ops without indices: the average and its gradient. */
    public void run(Workers workers, float[] x, int xo, float[] y, int yo) {
        run(workers, x, xo, NO_INDICES, 0, y, yo);
    }

    /**
     * Any op.
     *
     * @param x the image; for {@link Pooling.Scatter} the values
     * @param indices written by {@link Pooling.MaxPool2d}, read by {@link Pooling.Scatter} and {@link Pooling.Gather}
     */
    public void run(Workers workers, float[] x, int xo, int[] indices, int io, float[] y, int yo) {
        this.x = x;
        this.xo = xo;
        this.indices = indices;
        this.io = io;
        this.y = y;
        this.yo = yo;
        workers.run(items(), work);
    }

    private void item(int item, int worker) {
        int plane = item / strips;
        int top = item % strips * stripHeight;
        int bottom = Math.min(top + stripHeight, targetHeight);
        int from = xo + plane * sourcePlane;
        int to = yo + plane * targetPlane;
        switch (op) {
            case Pooling.MaxPool2d pool -> lanes.max(geometry, top, bottom, x, from, y, to, indices,
                    io + plane * targetPlane);
            case Pooling.AvgPool2d pool -> lanes.average(geometry, top, bottom, x, from, y, to);
            case Pooling.AvgPool2dGradient gradient -> lanes.averageGradient(geometry, top, bottom, x, from, y, to);
            case Pooling.Scatter scatter when windowed -> lanes.maxGradient(geometry, top, bottom, x, from, indices,
                    io + plane * sourcePlane, y, to, mask, mo + plane * targetPlane, bits,
                    bo + plane * (targetPlane / W));
            case Pooling.Scatter scatter -> scatter(lanesOf(plane), from, io + plane * sourcePlane, to);
            case Pooling.Gather gather -> gather(lanesOf(plane), from, io + plane * targetPlane, to);
        }
    }

    private int lanesOf(int plane) {
        return Math.min(W, channels - plane % blocks * W);
    }

    private void scatter(int lanes, int from, int at, int to) {
        Arrays.fill(y, to, to + targetPlane, 0f);
        for (int p = 0; p < sourcePlane; p += W) {
            for (int l = 0; l < lanes; l++) {
                int index = indices[at + p + l];
                if (index >= 0 && index < targetPlane / W) {
                    y[to + index * W + l] += x[from + p + l];
                }
            }
        }
    }

    private void gather(int lanes, int from, int at, int to) {
        for (int p = 0; p < targetPlane; p += W) {
            for (int l = 0; l < lanes; l++) {
                int index = indices[at + p + l];
                y[to + p + l] = index >= 0 && index < sourcePlane / W ? x[from + index * W + l] : Float.NaN;
            }
        }
    }
}
