// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;

/**
 * The gradient of a convolution's image (the transposed convolution), for fixed shapes, with a fused epilogue whose
 * rows are the image's channels. With strides, the image's pixels fall into phases, and each phase multiplies only the
 * taps that reach it. Bits and error are as in {@link Conv2dKernel}.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class Conv2dInputGradientKernel {

    private final ConvProgram program;

    /**
     * A kernel whose result has the shape of the image, {@code [N, C, H, W]}.
     *
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Conv2dInputGradientKernel(GemmKernel gemm, Geometry geometry, Shape image, Shape weight,
            GemmEpilogue epilogue) {
        ConvPhase.Sizes sizes = ConvPhase.Sizes.of(geometry, image, weight);
        program = new ConvProgram(gemm, ConvPhase.inputGradient(geometry, sizes), sizes, epilogue);
    }

    /** Floats of the packed weight. It depends on the weight's shape and the geometry, not on the images. */
    public int packedSize() {
        return program.packedSize();
    }

    /** Packs a weight for this kernel; to be done again when the weight changes. */
    public void pack(float[] w, int wo, float[] packed, int po) {
        program.packTransposed(w, wo, packed, po);
    }

    /** Floats of working memory for a pool of so many threads. */
    public int scratch(int threads) {
        return Math.multiplyExact(threads, program.scratchPerWorker());
    }

    /** Computes the image's gradient from the result's gradient {@code g} and the packed weight. */
    public void run(Workers workers, float[] g, int go, float[] packed, int po, float[] dx, int dxo, float[] scratch,
            int so) {
        program.run(workers, g, go, packed, po, dx, dxo, scratch, so);
    }
}
