// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.Arrays;

/**
 * A convolution, or the gradient of one by its image, where every channel is a group of its own: 16 channels at once,
 * row by row. Each element is one chain of fused multiply-adds from 0 over the taps that have a source, in ascending
 * order.
 */
public final class DepthwiseConvolution implements ConvolutionPlan {

    private static final int W = Blocks.WIDTH;
    /** Pixels of the target that one item computes, at least, if the image has so many. */
    private static final int STRIP = 1024;

    private static final float[] NONE = new float[0];

    private final DepthwiseLanes lanes;
    private final ConvolutionTask task;
    private final Epilogue epilogue;
    private final DepthwiseAxis[] rowPhases;
    private final DepthwiseAxis[] columnPhases;
    private final int[] inside;
    private final int[] insideEnd;
    private final int blocks;
    private final int taps;
    private final int stripHeight;
    private final int strips;

    private final Work work = this::item;
    private float[] x = NONE;
    private int xo;
    private float[] packed = NONE;
    private int po;
    private float[] y = NONE;
    private int yo;
    private float[] scratch = NONE;
    private int so;

    /**
     * A plan for a task.
     *
     * @throws IllegalArgumentException if it does not {@linkplain #serves serve} the task
     */
    public DepthwiseConvolution(Simd simd, ConvolutionTask task, Epilogue epilogue) {
        if (!serves(task)) {
            throw new IllegalArgumentException("depthwise convolution: a task of " + task.sourceChannels() + " to "
                    + task.targetChannels() + " channels in " + task.geometry().groups() + " groups, "
                    + task.source() + " to " + task.target() + ", is none in blocks");
        }
        this.task = task;
        this.epilogue = epilogue;
        lanes = DepthwiseLanes.of(simd);
        rowPhases = DepthwiseAxis.of(task.backward(), task.sourceHeight(), task.targetHeight(), task.kernelHeight(),
                task.geometry().strideH(), task.geometry().padTop(), task.geometry().dilationH());
        columnPhases = DepthwiseAxis.of(task.backward(), task.sourceWidth(), task.targetWidth(), task.kernelWidth(),
                task.geometry().strideW(), task.geometry().padLeft(), task.geometry().dilationW());
        inside = Arrays.stream(columnPhases).mapToInt(DepthwiseAxis::inside).toArray();
        insideEnd = Arrays.stream(columnPhases).mapToInt(DepthwiseAxis::insideEnd).toArray();
        blocks = Blocks.count(task.sourceChannels());
        taps = task.kernelHeight() * task.kernelWidth();
        stripHeight = Math.clamp(Math.ceilDiv(STRIP, task.targetWidth()), 1, task.targetHeight());
        strips = Math.ceilDiv(task.targetHeight(), stripHeight);
    }

    /** Whether every channel is a group of its own with one result, and both images are in blocks. */
    public static boolean serves(ConvolutionTask task) {
        return task.geometry().groups() == task.sourceChannels() && task.sourceChannels() == task.targetChannels()
                && task.source() == Form.BLOCKED && task.target() == Form.BLOCKED;
    }

    @Override
    public String algorithm() {
        return "depthwise";
    }

    @Override
    public Object packing() {
        return Packing.of(this, task);
    }

    @Override
    public int packedSize() {
        return blocks * taps * W;
    }

    @Override
    public void pack(Workers workers, float[] w, int wo, float[] packed, int po) {
        for (int block = 0; block < blocks; block++) {
            Blocks.toBlocked(w, wo + block * W * taps, taps, Math.min(W, task.sourceChannels() - block * W), taps,
                    packed, po + block * W * taps);
        }
    }

    @Override
    public int scratch(int threads) {
        return Math.multiplyExact(threads, task.targetWidth() * W);
    }

    @Override
    public void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
            int so) {
        this.x = x;
        this.xo = xo;
        this.packed = packed;
        this.po = po;
        this.y = y;
        this.yo = yo;
        this.scratch = scratch;
        this.so = so;
        epilogue.begin(task.targetChannels());
        workers.run(task.images() * blocks * strips, work);
    }

    private void item(int item, int worker) {
        int top = item % strips * stripHeight;
        int bottom = Math.min(top + stripHeight, task.targetHeight());
        int plane = item / strips;
        int memory = so + worker * task.targetWidth() * W;
        for (int row = top; row < bottom; row++) {
            DepthwiseAxis rows = rowPhases[row % rowPhases.length];
            int j = (row - rows.first()) / rows.step();
            for (int phase = 0; phase < columnPhases.length; phase++) {
                row(plane, rows, j, phase, memory);
                DepthwiseAxis columns = columnPhases[phase];
                epilogue.finish(plane % blocks, scratch, memory, columns.count(), y, yo,
                        ((plane * task.targetHeight() + row) * task.targetWidth() + columns.first()) * W,
                        columns.step());
            }
        }
    }

    /** The places of a row of the target that belong to one phase of the columns, side by side. */
    private void row(int plane, DepthwiseAxis rows, int j, int phase, int to) {
        DepthwiseAxis columns = columnPhases[phase];
        int from = rows.from(j);
        int height = rows.to(j) - from;
        if (height <= 0 || columns.taps() == 0) {
            Arrays.fill(scratch, to, to + columns.count() * W, 0f);
            return;
        }
        int line = plane * task.sourceHeight() + j * rows.sourceStep() + rows.offset() + from * rows.offsetStep();
        int start = xo + (line * task.sourceWidth() + columns.offset()) * W;
        int weights = po + (plane % blocks * taps + (rows.tap() + from * rows.tapStep()) * task.kernelWidth()
                + columns.tap()) * W;
        int count = columns.count();
        int first = inside[phase];
        int end = insideEnd[phase];
        for (int p = 0; p < first; p++) {
            run(rows, height, columns, start, weights, p, 1, to);
        }
        if (end > first) {
            run(rows, height, columns, start, weights, first, end - first, to);
        }
        for (int p = end; p < count; p++) {
            run(rows, height, columns, start, weights, p, 1, to);
        }
    }

    /** A run of places with the same taps. */
    private void run(DepthwiseAxis rows, int height, DepthwiseAxis columns, int start, int weights, int p, int pixels,
            int to) {
        int from = columns.from(p);
        int width = columns.to(p) - from;
        if (width <= 0) {
            Arrays.fill(scratch, to + p * W, to + (p + pixels) * W, 0f);
            return;
        }
        lanes.window(pixels, height, width, x,
                start + (p * columns.sourceStep() + from * columns.offsetStep()) * W, columns.sourceStep() * W,
                rows.offsetStep() * task.sourceWidth() * W, columns.offsetStep() * W, packed,
                weights + from * columns.tapStep() * W, rows.tapStep() * task.kernelWidth() * W,
                columns.tapStep() * W, scratch, to + p * W);
    }
}
