// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.List;

/** Runs the phases of a convolution, or of its image's gradient, over all images. */
final class ConvProgram implements Work {

    private static final float[] NONE = new float[0];

    private final ConvPhase.Sizes sizes;
    private final ConvPhase first;
    private final GemmEpilogue epilogue;
    private final ConvPass[] passes;
    private final int packedSize;
    private final int scratchPerWorker;
    private final int itemsPerImage;
    private final int sourceSize;
    private final int resultSize;

    private float[] x = NONE;
    private int xo;
    private float[] packed = NONE;
    private int po;
    private float[] y = NONE;
    private int yo;
    private float[] scratch = NONE;
    private int so;

    ConvProgram(GemmKernel gemm, List<ConvPhase> phases, ConvPhase.Sizes sizes, GemmEpilogue epilogue) {
        this.sizes = sizes;
        this.epilogue = epilogue;
        first = phases.getFirst();
        passes = new ConvPass[phases.size()];
        int size = 0;
        int working = 0;
        int items = 0;
        for (int i = 0; i < passes.length; i++) {
            passes[i] = new ConvPass(gemm, phases.get(i), size);
            size = Math.addExact(size, passes[i].packedSize());
            working = Math.max(working, passes[i].scratch());
            items += passes[i].itemsPerImage();
        }
        packedSize = size;
        scratchPerWorker = Math.ceilDiv(working, 16) * 16;
        itemsPerImage = items;
        sourceSize = first.groups() * first.channels() * first.height() * first.width();
        resultSize = first.groups() * first.rows() * first.outHeight() * first.outWidth();
    }

    int packedSize() {
        return packedSize;
    }

    int scratchPerWorker() {
        return scratchPerWorker;
    }

    /** Packs a weight {@code [rows, channels]} of each group. */
    void packForward(float[] w, int wo, float[] into, int at) {
        int kernel = sizes.kernelH() * sizes.kernelW();
        int row = first.channels() * kernel;
        for (ConvPass pass : passes) {
            pass.pack(w, wo, first.rows() * row, row, kernel, into, at);
        }
    }

    /** Packs a weight {@code [channels, rows]} of each group. */
    void packTransposed(float[] w, int wo, float[] into, int at) {
        int kernel = sizes.kernelH() * sizes.kernelW();
        int channel = first.rows() * kernel;
        for (ConvPass pass : passes) {
            pass.pack(w, wo, first.channels() * channel, kernel, channel, into, at);
        }
    }

    void run(Workers workers, float[] source, int sourceAt, float[] weights, int weightsAt, float[] result,
            int resultAt, float[] working, int workingAt) {
        x = source;
        xo = sourceAt;
        packed = weights;
        po = weightsAt;
        y = result;
        yo = resultAt;
        scratch = working;
        so = workingAt;
        workers.run(sizes.images() * itemsPerImage, this);
    }

    @Override
    public void item(int item, int worker) {
        int image = item / itemsPerImage;
        int rest = item % itemsPerImage;
        int pass = 0;
        while (rest >= passes[pass].itemsPerImage()) {
            rest -= passes[pass].itemsPerImage();
            pass++;
        }
        passes[pass].item(rest, x, xo + image * sourceSize, packed, po, epilogue, y, yo + image * resultSize,
                image * resultSize, scratch, so + worker * scratchPerWorker);
    }
}
