// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;

/**
 * Weight gradients where every channel is a group of its own: products of 16 channels of image and gradient, summed
 * over the pixels of a strip, nine taps at once where a square of 3 by 3 taps stays inside the image.
 */
final class DepthwiseWeightGradient implements WeightGradient {

    private static final int W = Blocks.WIDTH;
    /** Pixels of a strip: image and gradient stay in the first cache while all taps pass. */
    private static final int STRIP = 192;
    /** Work items to have at least, if need be by summing shares of the batch apart. */
    private static final int ITEMS = 32;

    private static final float[] NONE = new float[0];

    private final DepthwiseLanes lanes;
    private final ConvolutionTask task;
    private final Geometry geometry;
    private final GroupedBlocks image;
    private final GroupedBlocks gradient;
    private final TapRange rows;
    private final TapRange columns;
    private final int blocks;
    private final int taps;
    private final int strips;
    private final int stripHeight;
    private final int shares;
    private final int imageSize;
    private final int gradientSize;

    private final Work gatherImage = this::gatherImage;
    private final Work gatherGradient = this::gatherGradient;
    private final Work sum = this::sum;
    private final Work fold = this::fold;

    private float[] x = NONE;
    private int xo;
    private float[] g = NONE;
    private int go;
    private float[] dw = NONE;
    private int dwo;
    private float[] scratch = NONE;
    private int so;
    private float[] source = NONE;
    private int sourceAt;
    private float[] result = NONE;
    private int resultAt;

    DepthwiseWeightGradient(Simd simd, ConvolutionTask task) {
        this.task = task;
        lanes = DepthwiseLanes.of(simd);
        geometry = task.geometry();
        int channels = task.sourceChannels();
        blocks = Blocks.count(channels);
        taps = task.kernelHeight() * task.kernelWidth();
        image = new GroupedBlocks(task.source(), task.images(), 1, channels, task.sourceHeight() * task.sourceWidth());
        gradient = new GroupedBlocks(task.target(), task.images(), 1, channels,
                task.targetHeight() * task.targetWidth());
        rows = new TapRange(task.kernelHeight(), geometry.strideH(), geometry.padTop(), geometry.dilationH(),
                task.sourceHeight(), task.targetHeight());
        columns = new TapRange(task.kernelWidth(), geometry.strideW(), geometry.padLeft(), geometry.dilationW(),
                task.sourceWidth(), task.targetWidth());
        stripHeight = Math.clamp(STRIP / task.targetWidth(), 1, task.targetHeight());
        strips = Math.ceilDiv(task.targetHeight(), stripHeight);
        shares = Math.clamp(Math.ceilDiv(ITEMS, blocks), 1, task.images() * strips);
        imageSize = image.gathers() ? image.size() : 0;
        gradientSize = gradient.gathers() ? gradient.size() : 0;
    }

    /** Whether every channel is a group of its own with one result. */
    static boolean serves(ConvolutionTask task) {
        return task.geometry().groups() == task.sourceChannels() && task.sourceChannels() == task.targetChannels();
    }

    @Override
    public String algorithm() {
        return "depthwise, " + shares + (shares == 1 ? " share" : " shares");
    }

    @Override
    public int scratch(int threads) {
        return Math.addExact(Math.multiplyExact(shares, blocks * taps * W), Math.addExact(imageSize, gradientSize));
    }

    @Override
    public void run(Workers workers, float[] x, int xo, float[] g, int go, float[] dw, int dwo, float[] scratch,
            int so) {
        this.x = x;
        this.xo = xo;
        this.g = g;
        this.go = go;
        this.dw = dw;
        this.dwo = dwo;
        this.scratch = scratch;
        this.so = so;
        int copies = so + shares * blocks * taps * W;
        source = imageSize > 0 ? scratch : x;
        sourceAt = imageSize > 0 ? copies : xo;
        result = gradientSize > 0 ? scratch : g;
        resultAt = gradientSize > 0 ? copies + imageSize : go;
        if (imageSize > 0) {
            workers.run(image.items(), gatherImage);
        }
        if (gradientSize > 0) {
            workers.run(gradient.items(), gatherGradient);
        }
        workers.run(shares * blocks, sum);
        workers.run(blocks, fold);
    }

    private void gatherImage(int item, int worker) {
        image.gather(item, x, xo, scratch, sourceAt);
    }

    private void gatherGradient(int item, int worker) {
        gradient.gather(item, g, go, scratch, resultAt);
    }

    private void sum(int item, int worker) {
        int block = item % blocks;
        int share = item / blocks;
        int to = so + item * taps * W;
        Arrays.fill(scratch, to, to + taps * W, 0f);
        int units = task.images() * strips;
        int end = (int) ((long) units * (share + 1) / shares);
        for (int u = (int) ((long) units * share / shares); u < end; u++) {
            int top = u % strips * stripHeight;
            int bottom = Math.min(top + stripHeight, task.targetHeight());
            int at = u / strips * blocks + block;
            for (int ky = 0; ky < task.kernelHeight(); ky += 3) {
                for (int kx = 0; kx < task.kernelWidth(); kx += 3) {
                    if (ky + 3 <= task.kernelHeight() && kx + 3 <= task.kernelWidth()) {
                        sumSquare(at, ky, kx, top, bottom, to);
                    } else {
                        sumTaps(at, ky, kx, top, bottom, to);
                    }
                }
            }
        }
    }

    /** Nine taps: together where all have a source, and one by one around that. */
    private void sumSquare(int block, int ky, int kx, int top, int bottom, int to) {
        int firstRow = top;
        int endRow = bottom;
        int firstColumn = 0;
        int endColumn = task.targetWidth();
        for (int k = 0; k < 3; k++) {
            firstRow = Math.max(firstRow, rows.from(ky + k));
            endRow = Math.min(endRow, rows.to(ky + k));
            firstColumn = Math.max(firstColumn, columns.from(kx + k));
            endColumn = Math.min(endColumn, columns.to(kx + k));
        }
        if (firstRow >= endRow || firstColumn >= endColumn) {
            sumTaps(block, ky, kx, top, bottom, to);
            return;
        }
        lanes.sumNine(endRow - firstRow, endColumn - firstColumn, source,
                sourceAt(block, ky, kx, firstRow, firstColumn), geometry.dilationH() * task.sourceWidth() * W,
                geometry.dilationW() * W, geometry.strideH() * task.sourceWidth() * W, geometry.strideW() * W, result,
                resultAt(block, firstRow, firstColumn), task.targetWidth() * W, scratch,
                to + (ky * task.kernelWidth() + kx) * W, task.kernelWidth() * W);
        for (int k = 0; k < 9; k++) {
            int y = ky + k / 3;
            int x = kx + k % 3;
            sumTap(block, y, x, top, firstRow, 0, task.targetWidth(), to);
            sumTap(block, y, x, firstRow, endRow, 0, firstColumn, to);
            sumTap(block, y, x, firstRow, endRow, endColumn, task.targetWidth(), to);
            sumTap(block, y, x, endRow, bottom, 0, task.targetWidth(), to);
        }
    }

    private void sumTaps(int block, int ky, int kx, int top, int bottom, int to) {
        for (int y = ky; y < Math.min(ky + 3, task.kernelHeight()); y++) {
            for (int x = kx; x < Math.min(kx + 3, task.kernelWidth()); x++) {
                sumTap(block, y, x, top, bottom, 0, task.targetWidth(), to);
            }
        }
    }

    private void sumTap(int block, int ky, int kx, int top, int bottom, int left, int right, int to) {
        int y = Math.max(top, rows.from(ky));
        int x = Math.max(left, columns.from(kx));
        int lines = Math.min(bottom, rows.to(ky)) - y;
        int pixels = Math.min(right, columns.to(kx)) - x;
        if (lines > 0 && pixels > 0) {
            lanes.sum(lines, pixels, source, sourceAt(block, ky, kx, y, x),
                    geometry.strideH() * task.sourceWidth() * W, geometry.strideW() * W, result,
                    resultAt(block, y, x), task.targetWidth() * W, scratch, to + (ky * task.kernelWidth() + kx) * W);
        }
    }

    private int sourceAt(int block, int ky, int kx, int y, int x) {
        int row = block * task.sourceHeight() + y * geometry.strideH() + rows.offset(ky);
        return sourceAt + (row * task.sourceWidth() + x * geometry.strideW() + columns.offset(kx)) * W;
    }

    private int resultAt(int block, int y, int x) {
        return resultAt + ((block * task.targetHeight() + y) * task.targetWidth() + x) * W;
    }

    /** The shares meet, in ascending order. */
    private void fold(int block, int worker) {
        int channels = Math.min(W, task.sourceChannels() - block * W);
        int from = so + block * taps * W;
        for (int c = 0; c < channels; c++) {
            for (int tap = 0; tap < taps; tap++) {
                float total = 0f;
                for (int share = 0; share < shares; share++) {
                    total += scratch[from + (share * blocks * taps + tap) * W + c];
                }
                dw[dwo + (block * W + c) * taps + tap] = total;
            }
        }
    }
}
