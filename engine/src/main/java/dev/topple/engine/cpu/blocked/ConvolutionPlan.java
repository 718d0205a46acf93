// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.parallel.Workers;

/**
 * How one convolution, or the gradient of one by its image, is computed: made once for its shapes, immutable but for
 * the arrays of its epilogue. Every element's order of summation is fixed by the shape of one image, never by the
 * batch, the threads, the timing or the width of the registers.
 */
public interface ConvolutionPlan {

    /** The algorithm, for people: {@code direct}, {@code winograd F(4x4,3x3)}, … */
    String algorithm();

    /** The floats of the prepared weight. */
    int packedSize();

    /** All that the packed form depends on besides the weight, with value equality: equal ones can share one form. */
    Object packing();

    /**
     * Prepares a weight {@code [outChannels][inChannels / groups][kernelHeight][kernelWidth]} of the forward
     * convolution, whichever direction is computed.
     */
    void pack(Workers workers, float[] w, int wo, float[] packed, int po);

    /** The floats of working memory that a run with this many threads needs. */
    int scratch(int threads);

    /**
     * Computes the target {@code y} from the source {@code x}; allocates nothing.
     *
     * @param scratch at least {@link #scratch} floats from {@code so}
     */
    void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch, int so);
}
