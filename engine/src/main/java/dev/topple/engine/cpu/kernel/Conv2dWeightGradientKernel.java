// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;

/**
 * The gradient of a convolution's weight, for fixed shapes. The images are cut into blocks of results; a block adds,
 * for each weight, chains over at most {@link GemmKernel#POSITION_BLOCK} of its results. Blocks are added in ascending
 * order within a fixed number of shares of the batch, and the shares in ascending order, so the bits depend on the
 * shapes and the values alone.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class Conv2dWeightGradientKernel {

    /** Columns of a block of outputs: four of the widest vectors. */
    private static final int OUTPUTS = 64;
    /** Work items to have at least, if need be by summing shares of the batch apart. */
    private static final int ITEMS = 16;
    private static final float[] NONE = new float[0];

    private final GemmKernel gemm;
    private final ConvPhase phase;
    private final ConvWindow window;
    private final int taps;
    private final int outputs;
    private final int channelBlock;
    private final int channelBlocks;
    private final int outputBlock;
    private final int outputBlocks;
    private final int chunks;
    private final int chunkSize;
    private final int blocksPerImage;
    private final int blocks;
    private final int shares;
    private final int scratchPerWorker;
    private final int[] offsets;
    private final int[] positions;
    private final int[] lastPositions;

    /** Adds a run of working memory to another. */
    private final GemmEpilogue adding = new GemmEpilogue(false, false, true, false);
    private final Work sumBlocks = this::sumBlocks;
    private final Work sumShares = this::sumShares;

    private float[] x = NONE;
    private int xo;
    private float[] g = NONE;
    private int go;
    private float[] dw = NONE;
    private int dwo;
    private float[] scratch = NONE;
    private int so;

    /**
     * A kernel for images {@code [N, C, H, W]} and weights {@code [O, C / groups, kernelH, kernelW]}.
     *
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Conv2dWeightGradientKernel(GemmKernel gemm, Geometry geometry, Shape image, Shape weight) {
        this.gemm = gemm;
        ConvPhase.Sizes sizes = ConvPhase.Sizes.of(geometry, image, weight);
        phase = ConvPhase.forward(geometry, sizes);
        taps = phase.taps().length;
        outputs = phase.rows();
        channelBlock = Math.min(2 * phase.channelBlock(), phase.channels());
        channelBlocks = Math.ceilDiv(phase.channels(), channelBlock);
        window = new ConvWindow(phase, gemm.lanes(), channelBlock, Math.min(outputs, OUTPUTS));
        outputBlock = Math.min(OUTPUTS, Math.ceilDiv(outputs, gemm.lanes()) * gemm.lanes());
        outputBlocks = Math.ceilDiv(outputs, outputBlock);
        chunks = phase.groups() * channelBlocks * outputBlocks;
        offsets = padded(window.offsets());
        chunkSize = offsets.length * outputBlock;
        blocksPerImage = window.rowBlocks() * window.columnBlocks();
        blocks = sizes.images() * blocksPerImage;
        shares = Math.clamp(Math.ceilDiv(ITEMS, chunks), 1, blocks);
        scratchPerWorker = Math.ceilDiv(
                window.patchSize() + window.blockHeight() * window.blockWidth() * outputBlock, 16) * 16;
        positions = positions(window.blockWidth());
        lastPositions = positions(phase.gridWidth() - (window.columnBlocks() - 1) * window.blockWidth());
    }

    /** The last offset repeated, up to whole groups of rows. */
    private static int[] padded(int[] offsets) {
        int rows = GemmKernel.CORRELATE_ROWS;
        int[] padded = Arrays.copyOf(offsets, Math.ceilDiv(offsets.length, rows) * rows);
        Arrays.fill(padded, offsets.length, padded.length, offsets[offsets.length - 1]);
        return padded;
    }

    private int[] positions(int width) {
        int[] table = new int[window.blockHeight() * width];
        for (int i = 0; i < table.length; i++) {
            table[i] = window.position(i / width, i % width);
        }
        return table;
    }

    /** Floats of working memory for a pool of so many threads. */
    public int scratch(int threads) {
        return Math.addExact(Math.multiplyExact(Math.multiplyExact(shares, chunks), chunkSize),
                Math.multiplyExact(threads, scratchPerWorker));
    }

    /** Computes the weight's gradient from the image and the result's gradient. */
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
        adding.residual(scratch, 0);
        workers.run(shares * chunks, sumBlocks);
        workers.run(chunks, sumShares);
    }

    private void sumBlocks(int item, int worker) {
        int share = item / chunks;
        int chunk = item % chunks;
        int output = chunk % outputBlocks * outputBlock;
        int channel = chunk / outputBlocks % channelBlocks * channelBlock;
        int group = chunk / outputBlocks / channelBlocks;
        int outputCount = Math.min(outputBlock, outputs - output);
        int channelCount = Math.min(channelBlock, phase.channels() - channel);
        int vectors = Math.ceilDiv(outputCount, gemm.lanes());
        int rows = Math.ceilDiv(channelCount * taps, GemmKernel.CORRELATE_ROWS) * GemmKernel.CORRELATE_ROWS;

        int sums = so + item * chunkSize;
        int patch = so + shares * chunks * chunkSize + worker * scratchPerWorker;
        int turned = patch + window.patchSize();
        Arrays.fill(scratch, sums, sums + chunkSize, 0f);
        int imageSize = phase.groups() * phase.channels() * phase.height() * phase.width();
        int channelStart = (group * phase.channels() + channel) * phase.height() * phase.width();
        int from = (int) ((long) blocks * share / shares);
        int to = (int) ((long) blocks * (share + 1) / shares);
        for (int block = from; block < to; block++) {
            int image = block / blocksPerImage;
            int inImage = block % blocksPerImage;
            int row = inImage / window.columnBlocks() * window.blockHeight();
            int column = inImage % window.columnBlocks() * window.blockWidth();
            int height = Math.min(window.blockHeight(), phase.gridHeight() - row);
            int width = Math.min(window.blockWidth(), phase.gridWidth() - column);
            window.stage(x, xo + image * imageSize + channelStart, channelCount, row, column, height, scratch, patch);
            turn(image, group * outputs + output, outputCount, row, column, height, width, vectors * gemm.lanes(),
                    turned);
            gemm.correlate(rows, offsets, scratch, patch, width == window.blockWidth() ? positions : lastPositions,
                    height * width, scratch, turned, vectors, scratch, sums);
        }
    }

    /** Copies a block of the result's gradient with the channels innermost. */
    private void turn(int image, int channel, int count, int row, int column, int height, int width, int pitch,
            int to) {
        int plane = phase.gridHeight() * phase.gridWidth();
        int start = go + (image * phase.groups() * outputs + channel) * plane + row * phase.gridWidth() + column;
        for (int c = 0; c < pitch; c += 2) {
            for (int r = 0; r < height; r++) {
                int in = start + c * plane + r * phase.gridWidth();
                int out = to + r * width * pitch + c;
                if (c + 1 < count) {
                    turnTwo(g, in, in + plane, scratch, out, pitch, width);
                } else {
                    for (int i = 0; i < width; i++) {
                        scratch[out + i * pitch] = c < count ? g[in + i] : 0f;
                        scratch[out + i * pitch + 1] = 0f;
                    }
                }
            }
        }
    }

    private static void turnTwo(float[] g, int first, int second, float[] to, int at, int pitch, int width) {
        for (int i = 0; i < width; i++) {
            to[at + i * pitch] = g[first + i];
            to[at + i * pitch + 1] = g[second + i];
        }
    }

    private void sumShares(int chunk, int worker) {
        int output = chunk % outputBlocks * outputBlock;
        int channel = chunk / outputBlocks % channelBlocks * channelBlock;
        int group = chunk / outputBlocks / channelBlocks;
        int outputCount = Math.min(outputBlock, outputs - output);
        int rows = Math.min(channelBlock, phase.channels() - channel) * taps;
        int pitch = Math.ceilDiv(outputCount, gemm.lanes()) * gemm.lanes();
        int first = so + chunk * chunkSize;
        for (int share = 1; share < shares; share++) {
            gemm.finish(adding, 0, scratch, first + share * chunks * chunkSize, scratch, first, first, rows * pitch);
        }
        for (int o = 0; o < outputCount; o++) {
            int to = dwo + ((group * outputs + output + o) * phase.channels() + channel) * taps;
            for (int row = 0; row < rows; row++) {
                dw[to + row] = scratch[first + row * pitch + o];
            }
        }
    }
}
