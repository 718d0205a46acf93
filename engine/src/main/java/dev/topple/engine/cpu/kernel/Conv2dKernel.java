// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * Two-dimensional convolution by implicit matrix product, with a fused epilogue, for fixed shapes. The bits of an
 * image's result depend on that image, the weight and their shapes alone. Error: each result is the sum of chains of at
 * most 288 fused multiply-adds (a whole channel's taps if those are more); for factors of about 1 it is within
 * {@code 1e-5 sqrt(depth)} of the exact one.
 *
 * <p>One run at a time; the object holds the operands of the run under way.
 */
public final class Conv2dKernel {

    private final ConvProgram program;

    /**
     * A kernel for images {@code [N, C, H, W]} and weights {@code [O, C / groups, kernelH, kernelW]}.
     *
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Conv2dKernel(GemmKernel gemm, Geometry geometry, Shape image, Shape weight, GemmEpilogue epilogue) {
        ConvPhase.Sizes sizes = ConvPhase.Sizes.of(geometry, image, weight);
        program = new ConvProgram(gemm, List.of(ConvPhase.forward(geometry, sizes)), sizes, epilogue);
    }

    /** Floats of the packed weight. It depends on the weight's shape and the geometry, not on the images. */
    public int packedSize() {
        return program.packedSize();
    }

    /** Packs a weight; to be done again when the weight changes. */
    public void pack(float[] w, int wo, float[] packed, int po) {
        program.packForward(w, wo, packed, po);
    }

    /** Floats of working memory for a pool of so many threads. */
    public int scratch(int threads) {
        return Math.multiplyExact(threads, program.scratchPerWorker());
    }

    /** Computes {@code y} from {@code x} and the packed weight. */
    public void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
            int so) {
        program.run(workers, x, xo, packed, po, y, yo, scratch, so);
    }
}
