// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of pooling with the Vector API. The loops over a row have a method of their own, small enough to be
 * compiled with everything in line.
 */
final class VectorPool implements PoolLanes {

    private static final VectorSpecies<Float> S = BlockVectors.FLOATS;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;
    /** The bit of each lane of a block. */
    private static final int[] LANES = IntStream.range(0, W).map(l -> 1 << l).toArray();

    @Override
    public void max(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo, int[] indices, int io) {
        int line = s.columns().out() * W;
        for (int row = from; row < to; row++) {
            for (int l = 0; l < W; l += L) {
                maxRow(s.rows().first()[row], s.rows().end()[row], s.columns().first(), s.columns().end(), s.width(),
                        x, xo + l, y, yo + row * line + l, indices, io + row * line + l);
            }
        }
    }

    private static void maxRow(int top, int bottom, int[] lefts, int[] rights, int width, float[] x, int xo,
            float[] y, int yo, int[] indices, int io) {
        for (int o = 0; o < lefts.length; o++) {
            int left = lefts[o];
            int right = rights[o];
            FloatVector largest = FloatVector.fromArray(S, x, xo + (top * width + left) * W);
            IntVector best = IntVector.broadcast(I, top * width + left);
            for (int row = top; row < bottom; row++) {
                for (int pixel = row * width + left; pixel < row * width + right; pixel++) {
                    FloatVector value = FloatVector.fromArray(S, x, xo + pixel * W);
                    // A comparison with NaN is false: a NaN is taken, and what follows a NaN is not.
                    VectorMask<Float> stays = value.compare(VectorOperators.LE, largest)
                            .or(largest.compare(VectorOperators.NE, largest));
                    largest = value.blend(largest, stays);
                    best = IntVector.broadcast(I, pixel).blend(best, stays.cast(I));
                }
            }
            largest.intoArray(y, yo + o * W);
            best.intoArray(indices, io + o * W);
        }
    }

    @Override
    public void maxGradient(PoolGeometry s, int from, int to, float[] g, int go, int[] indices, int io, float[] y,
            int yo, float[] mask, int mo, int[] bits, int bo) {
        int line = s.columns().out() * W;
        int imageLine = s.width() * W;
        int last = s.rows().endOver()[to - 1];
        boolean masks = mask.length > 0 || bits.length > 0;
        // Rows are cleared just before the first window that covers them and masked just after the last, while they
        // are in the first cache.
        int cleared = from;
        int done = from;
        for (int row = s.rows().firstOver()[from]; row < last; row++) {
            int top = Math.max(from, s.rows().first()[row]);
            int bottom = Math.min(to, s.rows().end()[row]);
            if (masks && top > done && cleared >= top) {
                mask(done, top, s.width(), mask, mo, bits, bo, y, yo);
                done = top;
            }
            if (bottom > cleared) {
                Arrays.fill(y, yo + cleared * imageLine, yo + bottom * imageLine, 0f);
                cleared = bottom;
            }
            for (int l = 0; l < W; l += L) {
                spreadRow(top, bottom, s.columns().first(), s.columns().end(), s.width(), g, go + row * line + l,
                        indices, io + row * line + l, y, yo + l);
            }
        }
        Arrays.fill(y, yo + cleared * imageLine, yo + to * imageLine, 0f);
        if (masks) {
            mask(done, to, s.width(), mask, mo, bits, bo, y, yo);
        }
    }

    private static void mask(int from, int to, int width, float[] mask, int mo, int[] bits, int bo, float[] y, int yo) {
        int first = from * width;
        int pixels = (to - from) * width;
        if (bits.length > 0) {
            for (int l = 0; l < W; l += L) {
                openRun(pixels, bits, bo + first, l, y, yo + first * W + l);
            }
        } else {
            maskRun(pixels * W, mask, mo + first * W, y, yo + first * W);
        }
    }

    private static void spreadRow(int top, int bottom, int[] lefts, int[] rights, int width, float[] g, int go,
            int[] indices, int io, float[] y, int yo) {
        // All in one kind of mask: blending happens on the bits of the floats.
        IntVector zero = IntVector.zero(I);
        for (int o = 0; o < lefts.length; o++) {
            IntVector bits = FloatVector.fromArray(S, g, go + o * W).reinterpretAsInts();
            IntVector index = IntVector.fromArray(I, indices, io + o * W);
            for (int row = top; row < bottom; row++) {
                for (int pixel = row * width + lefts[o]; pixel < row * width + rights[o]; pixel++) {
                    FloatVector part = zero.blend(bits, index.compare(VectorOperators.EQ, pixel))
                            .reinterpretAsFloats();
                    FloatVector.fromArray(S, y, yo + pixel * W).add(part).intoArray(y, yo + pixel * W);
                }
            }
        }
    }

    private static void openRun(int pixels, int[] bits, int bo, int lane, float[] y, int yo) {
        IntVector lanes = IntVector.fromArray(I, LANES, lane);
        for (int p = 0; p < pixels; p++) {
            IntVector open = IntVector.broadcast(I, bits[bo + p]).and(lanes);
            FloatVector.fromArray(S, y, yo + p * W).reinterpretAsInts()
                    .blend(0, open.compare(VectorOperators.EQ, 0)).reinterpretAsFloats().intoArray(y, yo + p * W);
        }
    }

    private static void maskRun(int n, float[] mask, int mo, float[] y, int yo) {
        FloatVector zero = FloatVector.zero(S);
        for (int i = 0; i < n; i += L) {
            VectorMask<Float> open = FloatVector.fromArray(S, mask, mo + i).compare(VectorOperators.GT, 0f);
            zero.blend(FloatVector.fromArray(S, y, yo + i), open).intoArray(y, yo + i);
        }
    }

    @Override
    public void average(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo) {
        int outWidth = s.columns().out();
        for (int row = from; row < to; row++) {
            for (int o = 0; o < outWidth; o++) {
                for (int l = 0; l < W; l += L) {
                    averageWindow(s.rows().first()[row], s.rows().end()[row], s.columns().first()[o],
                            s.columns().end()[o], s.width(), s.share(row, o), x, xo + l, y,
                            yo + (row * outWidth + o) * W + l);
                }
            }
        }
    }

    private static void averageWindow(int top, int bottom, int left, int right, int width, float share, float[] x,
            int xo, float[] y, int yo) {
        FloatVector sum = FloatVector.zero(S);
        for (int row = top; row < bottom; row++) {
            for (int pixel = row * width + left; pixel < row * width + right; pixel++) {
                sum = sum.add(FloatVector.fromArray(S, x, xo + pixel * W));
            }
        }
        sum.div(share).intoArray(y, yo);
    }

    @Override
    public void averageGradient(PoolGeometry s, int from, int to, float[] g, int go, float[] y, int yo) {
        Arrays.fill(y, yo + from * s.width() * W, yo + to * s.width() * W, 0f);
        int outWidth = s.columns().out();
        int last = s.rows().endOver()[to - 1];
        for (int row = s.rows().firstOver()[from]; row < last; row++) {
            int top = Math.max(from, s.rows().first()[row]);
            int bottom = Math.min(to, s.rows().end()[row]);
            for (int o = 0; o < outWidth; o++) {
                for (int l = 0; l < W; l += L) {
                    spread(top, bottom, s.columns().first()[o], s.columns().end()[o], s.width(), s.share(row, o), g,
                            go + (row * outWidth + o) * W + l, y, yo + l);
                }
            }
        }
    }

    private static void spread(int top, int bottom, int left, int right, int width, float share, float[] g, int go,
            float[] y, int yo) {
        FloatVector each = FloatVector.fromArray(S, g, go).div(share);
        for (int row = top; row < bottom; row++) {
            for (int pixel = row * width + left; pixel < row * width + right; pixel++) {
                FloatVector.fromArray(S, y, yo + pixel * W).add(each).intoArray(y, yo + pixel * W);
            }
        }
    }
}
