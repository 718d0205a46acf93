// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The inner loops of interpolation with the Vector API. */
final class VectorResize implements ResizeLanes {

    private static final VectorSpecies<Float> S = BlockVectors.FLOATS;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void stretch(ResizeAxis columns, float[] x, int xo, float[] y, int yo) {
        for (int l = 0; l < W; l += L) {
            stretchRow(columns.first(), columns.second(), columns.weight(), x, xo + l, y, yo + l);
        }
    }

    private static void stretchRow(int[] first, int[] second, float[] weight, float[] x, int xo, float[] y, int yo) {
        for (int i = 0; i < first.length; i++) {
            FloatVector a = FloatVector.fromArray(S, x, xo + first[i] * W);
            if (first[i] == second[i]) {
                a.intoArray(y, yo + i * W);
            } else {
                FloatVector t = FloatVector.broadcast(S, weight[i]);
                FloatVector.fromArray(S, x, xo + second[i] * W).fma(t, a.mul(1 - weight[i])).intoArray(y, yo + i * W);
            }
        }
    }

    @Override
    public void blend(ResizeAxis columns, float[] x, int first, int second, float weight, float[] y, int yo) {
        for (int l = 0; l < W; l += L) {
            blendRow(columns.first(), columns.second(), columns.weight(), x, first + l, second + l, weight, y, yo + l);
        }
    }

    private static void blendRow(int[] lefts, int[] rights, float[] weights, float[] x, int first, int second,
            float weight, float[] y, int yo) {
        FloatVector u = FloatVector.broadcast(S, weight);
        FloatVector v = FloatVector.broadcast(S, 1 - weight);
        for (int i = 0; i < lefts.length; i++) {
            int left = lefts[i] * W;
            FloatVector a = FloatVector.fromArray(S, x, first + left);
            FloatVector b = FloatVector.fromArray(S, x, second + left);
            if (lefts[i] == rights[i]) {
                b.fma(u, a.mul(v)).intoArray(y, yo + i * W);
            } else {
                int right = rights[i] * W;
                FloatVector t = FloatVector.broadcast(S, weights[i]);
                FloatVector s = FloatVector.broadcast(S, 1 - weights[i]);
                FloatVector c = FloatVector.fromArray(S, x, first + right).fma(t, a.mul(s));
                FloatVector d = FloatVector.fromArray(S, x, second + right).fma(t, b.mul(s));
                d.fma(u, c.mul(v)).intoArray(y, yo + i * W);
            }
        }
    }

    @Override
    public void addRows(int pixels, int rows, float[] g, int go, int pitch, float[] shares, int at, float[] sum,
            int so) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            addFour(pixels * W, g, go + r * pitch, pitch, shares[at + r], shares[at + r + 1], shares[at + r + 2],
                    shares[at + r + 3], sum, so);
        }
        for (; r < rows; r++) {
            addOne(pixels * W, g, go + r * pitch, shares[at + r], sum, so);
        }
    }

    private static void addFour(int n, float[] g, int go, int pitch, float share0, float share1, float share2,
            float share3, float[] sum, int so) {
        FloatVector w0 = FloatVector.broadcast(S, share0);
        FloatVector w1 = FloatVector.broadcast(S, share1);
        FloatVector w2 = FloatVector.broadcast(S, share2);
        FloatVector w3 = FloatVector.broadcast(S, share3);
        int g1 = go + pitch;
        int g2 = g1 + pitch;
        int g3 = g2 + pitch;
        for (int i = 0; i < n; i += L) {
            FloatVector total = FloatVector.fromArray(S, g, go + i).fma(w0, FloatVector.fromArray(S, sum, so + i));
            total = FloatVector.fromArray(S, g, g1 + i).fma(w1, total);
            total = FloatVector.fromArray(S, g, g2 + i).fma(w2, total);
            FloatVector.fromArray(S, g, g3 + i).fma(w3, total).intoArray(sum, so + i);
        }
    }

    private static void addOne(int n, float[] g, int go, float share, float[] sum, int so) {
        FloatVector w = FloatVector.broadcast(S, share);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, g, go + i).fma(w, FloatVector.fromArray(S, sum, so + i)).intoArray(sum, so + i);
        }
    }

    @Override
    public void gather(ResizeAxis columns, float[] row, int ro, float[] y, int yo) {
        for (int l = 0; l < W; l += L) {
            gatherRow(columns.from(), columns.to(), columns.shareAt(), columns.shares(), row, ro + l, y, yo + l);
        }
    }

    private static void gatherRow(int[] from, int[] to, int[] shareAt, float[] shares, float[] row, int ro, float[] y,
            int yo) {
        for (int p = 0; p < from.length; p++) {
            FloatVector sum = FloatVector.zero(S);
            int at = shareAt[p] - from[p];
            for (int i = from[p]; i < to[p]; i++) {
                FloatVector share = FloatVector.broadcast(S, shares[at + i]);
                sum = FloatVector.fromArray(S, row, ro + i * W).fma(share, sum);
            }
            sum.intoArray(y, yo + p * W);
        }
    }
}
