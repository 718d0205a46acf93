// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * The inner part of {@link ResizedLossKernel}: places of one row of enlarged logits, which come to exist a few at a
 * time and are never written to memory. Two implementations give the same bits: {@link VectorLosses} with the Vector
 * API and {@link PlainLosses} without.
 */
public interface LossKernels {

    /** Places are worked on in groups of this many. */
    int GROUP = 16;

    /**
     * Where what all rows share lies in the working memory.
     *
     * @param stride how far apart the classes of a place lie in rows
     * @param powers where e^(logit - largest) goes, 0 for an ignored place
     * @param sums a row for the sums of the powers, 1 for an ignored place
     * @param hits a row for the label's logit minus the largest, 0 for an ignored place, NaN for a label that is none
     * @param inverses a row for 1 / sum, 0 for an ignored place, NaN for a label that is none
     */
    record Memory(int classes, int stride, int powers, int sums, int hits, int inverses) {}

    /**
     * Powers, sums, hits and inverses of the places from {@code from} to {@code to}, multiples of {@link #GROUP}. The
     * logit of class c of place p is {@code m[a + c * stride + p] * (1 - t) + m[b + c * bStride + p] * t}.
     *
     * @param bStride 0 where b is a row of zeros, because only a counts
     * @param labels that of place p lies at {@code labelsAt + p}
     */
    void powers(Memory memory, float[] m, int a, int b, int bStride, float t, int[] labels, int labelsAt, int ignored,
            int from, int to);

    /**
     * Gradients of the loss by the logits from what {@link #powers} left, {@code softmax - onehot}, 0 for an ignored
     * place: {@code 1 - t} times it is added to {@code m[below + c * stride + p]} and t times it to
     * {@code m[above + c * aboveStride + p]}.
     *
     * @param aboveStride 0 where above is a row that nobody reads
     */
    void gradients(Memory memory, float[] m, float t, int[] labels, int labelsAt, int from, int to, int below,
            int above, int aboveStride);
}
