// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/** The kernels of losses as plain loops. */
final class PlainLosses implements LossKernels {

    @Override
    public void powers(Memory memory, float[] m, int a, int b, int bStride, float t, int[] labels, int labelsAt,
            int ignored, int from, int to) {
        float s = 1 - t;
        int classes = memory.classes();
        int stride = memory.stride();
        for (int i = from; i < to; i++) {
            int label = labels[labelsAt + i];
            int powers = memory.powers() + i;
            float max = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                float logit = Math.fma(m[b + c * bStride + i], t, m[a + c * stride + i] * s);
                m[powers + c * stride] = logit;
                max = max < logit ? logit : max;
            }
            float sum = 0;
            float hit = Float.NaN;
            for (int c = 0; c < classes; c++) {
                float shifted = m[powers + c * stride] - max;
                hit = label == c ? shifted : hit;
                float power = Elementary.expOfNegative(shifted);
                m[powers + c * stride] = label == ignored ? 0 : power;
                sum += power;
            }
            boolean none = label < 0 || label >= classes;
            m[memory.sums() + i] = label == ignored ? 1 : sum;
            m[memory.hits() + i] = label == ignored ? 0 : hit;
            m[memory.inverses() + i] = label == ignored ? 0 : none ? Float.NaN : 1 / sum;
        }
    }

    @Override
    public void gradients(Memory memory, float[] m, float t, int[] labels, int labelsAt, int from, int to, int below,
            int above, int aboveStride) {
        float s = 1 - t;
        for (int i = from; i < to; i++) {
            int label = labels[labelsAt + i];
            float sum = m[memory.sums() + i];
            float inverse = m[memory.inverses() + i];
            for (int c = 0; c < memory.classes(); c++) {
                float power = m[memory.powers() + c * memory.stride() + i];
                // e / sum - 1 = (e - sum) / sum, without rounding twice.
                float gradient = (label == c ? power - sum : power) * inverse;
                int one = below + c * memory.stride() + i;
                m[one] = Math.fma(gradient, s, m[one]);
                int other = above + c * aboveStride + i;
                m[other] = Math.fma(gradient, t, m[other]);
            }
        }
    }
}
