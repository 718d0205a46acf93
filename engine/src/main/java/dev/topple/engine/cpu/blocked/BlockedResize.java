// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * Interpolation of blocked images of one size to another, and its adjoint: rows and columns blend two neighbours each,
 * columns first. An item of work is some rows of a block of channels of one image.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class BlockedResize {

    private static final int W = Blocks.WIDTH;
    /** Pixels of the larger image that an item reads or writes, at least, if there are so many. */
    private static final int STRIP = 1024;

    private static final float[] NONE = new float[0];
    private static final int[] NO_INTEGERS = new int[0];

    private final ResizeLanes lanes;
    private final boolean gradient;
    private final Optional<Epilogue> epilogue;
    private final int channels;
    private final ResizeAxis rows;
    private final ResizeAxis columns;
    private final int planes;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int stripHeight;
    private final int strips;

    private final Work forward = this::forward;
    private final Work backward = this::backward;
    private final Work nearest = this::nearest;
    private float[] x = NONE;
    private int[] integers = NO_INTEGERS;
    private int xo;
    private float[] y = NONE;
    private int[] integerResult = NO_INTEGERS;
    private int yo;
    private float[] scratch = NONE;
    private int so;

    /**
     * One op of the family.
     *
     * @param shape the logical shape of the operand
     * @param result the logical shape of the result
     */
    public BlockedResize(Simd simd, Resampling op, Shape shape, Shape result) {
        this(simd, op, shape, result, Optional.empty());
    }

    /**
     * One op of the family.
     *
     * @param epilogue what happens to what a gradient gives; interpolation itself takes none
     */
    public BlockedResize(Simd simd, Resampling op, Shape shape, Shape result, Optional<Epilogue> epilogue) {
        if (epilogue.isPresent() && op instanceof Resampling.Resize) {
            throw new IllegalArgumentException("resize: nothing is done to what interpolation gives");
        }
        this.epilogue = epilogue;
        channels = shape.dim(1);
        lanes = ResizeLanes.of(simd);
        gradient = op instanceof Resampling.ResizeGradient;
        Shape small = gradient ? result : shape;
        Shape large = gradient ? shape : result;
        planes = shape.dim(0) * Blocks.count(shape.dim(1));
        height = small.dim(2);
        width = small.dim(3);
        outHeight = large.dim(2);
        outWidth = large.dim(3);
        rows = ResizeAxis.of(op.method(), height, outHeight);
        columns = ResizeAxis.of(op.method(), width, outWidth);
        int targetHeight = gradient ? height : outHeight;
        int perRow = gradient ? Math.max(width, (int) ((long) outHeight * outWidth / height)) : outWidth;
        stripHeight = Math.clamp(Math.ceilDiv(STRIP, Math.max(1, perRow)), 1, targetHeight);
        strips = Math.ceilDiv(targetHeight, stripHeight);
    }

    /** Items of work. */
    public int items() {
        return planes * strips;
    }

    /** The floats of working memory that a run with this many threads needs. */
    public int scratch(int threads) {
        return gradient ? Math.multiplyExact(threads, outWidth * W) : 0;
    }

    /** Images of floats, or their gradient; allocates nothing. */
    public void run(Workers workers, float[] x, int xo, float[] y, int yo, float[] scratch, int so) {
        this.x = x;
        this.xo = xo;
        this.y = y;
        this.yo = yo;
        this.scratch = scratch;
        this.so = so;
        if (epilogue.isPresent()) {
            epilogue.get().begin(channels);
        }
        workers.run(items(), gradient ? backward : forward);
    }

    /** Images of integers, by the nearest pixel; allocates nothing. */
    public void run(Workers workers, int[] x, int xo, int[] y, int yo) {
        integers = x;
        this.xo = xo;
        integerResult = y;
        this.yo = yo;
        workers.run(items(), nearest);
    }

    private void forward(int item, int worker) {
        int from = xo + item / strips * height * width * W;
        int to = yo + item / strips * outHeight * outWidth * W;
        int top = item % strips * stripHeight;
        int bottom = Math.min(top + stripHeight, outHeight);
        for (int row = top; row < bottom; row++) {
            int first = from + rows.first()[row] * width * W;
            int second = from + rows.second()[row] * width * W;
            if (first == second) {
                lanes.stretch(columns, x, first, y, to + row * outWidth * W);
            } else {
                lanes.blend(columns, x, first, second, rows.weight()[row], y, to + row * outWidth * W);
            }
        }
    }

    private void backward(int item, int worker) {
        int from = xo + item / strips * outHeight * outWidth * W;
        int to = yo + item / strips * height * width * W;
        int top = item % strips * stripHeight;
        int bottom = Math.min(top + stripHeight, height);
        int line = outWidth * W;
        int sum = so + worker * line;
        for (int row = top; row < bottom; row++) {
            int first = rows.from()[row];
            Arrays.fill(scratch, sum, sum + line, 0f);
            lanes.addRows(outWidth, rows.to()[row] - first, x, from + first * line, line, rows.shares(),
                    rows.shareAt()[row], scratch, sum);
            lanes.gather(columns, scratch, sum, y, to + row * width * W);
            if (epilogue.isPresent()) {
                int at = to + row * width * W;
                epilogue.get().finish(item / strips % Blocks.count(channels), y, at, width, y, yo, at - yo, 1);
            }
        }
    }

    private void nearest(int item, int worker) {
        int from = xo + item / strips * height * width * W;
        int to = yo + item / strips * outHeight * outWidth * W;
        int top = item % strips * stripHeight;
        int bottom = Math.min(top + stripHeight, outHeight);
        for (int row = top; row < bottom; row++) {
            for (int i = 0; i < outWidth; i++) {
                System.arraycopy(integers, from + (rows.first()[row] * width + columns.first()[i]) * W, integerResult,
                        to + (row * outWidth + i) * W, W);
            }
        }
    }
}
