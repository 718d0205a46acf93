// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums over pixels with the Vector API. Eight sums grow at a time, so that an addition need not await the last. */
final class VectorSums implements SumLanes {

    private static final VectorSpecies<Float> S = BlockVectors.FLOATS;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void sum(int pixels, float[] x, int xo, float[] out, int oo) {
        for (int l = 0; l < W; l += L) {
            sumRun(pixels, x, xo + l, out, oo + l);
        }
    }

    @Override
    public void products(int pixels, float[] g, int go, float[] x, int xo, float[] centre, int co, float[] out,
            int oo) {
        for (int l = 0; l < W; l += L) {
            productRun(pixels, g, go + l, x, xo + l, centre, co + l, out, oo + l);
        }
    }

    @Override
    public void squares(int pixels, float[] x, int xo, float[] centre, int co, float[] out, int oo) {
        for (int l = 0; l < W; l += L) {
            squareRun(pixels, x, xo + l, centre, co + l, out, oo + l);
        }
    }

    private static void sumRun(int pixels, float[] x, int xo, float[] out, int oo) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        FloatVector s4 = FloatVector.zero(S);
        FloatVector s5 = FloatVector.zero(S);
        FloatVector s6 = FloatVector.zero(S);
        FloatVector s7 = FloatVector.zero(S);
        int whole = pixels / 8 * 8;
        for (int p = 0; p < whole; p += 8) {
            s0 = s0.add(FloatVector.fromArray(S, x, xo + p * W));
            s1 = s1.add(FloatVector.fromArray(S, x, xo + (p + 1) * W));
            s2 = s2.add(FloatVector.fromArray(S, x, xo + (p + 2) * W));
            s3 = s3.add(FloatVector.fromArray(S, x, xo + (p + 3) * W));
            s4 = s4.add(FloatVector.fromArray(S, x, xo + (p + 4) * W));
            s5 = s5.add(FloatVector.fromArray(S, x, xo + (p + 5) * W));
            s6 = s6.add(FloatVector.fromArray(S, x, xo + (p + 6) * W));
            s7 = s7.add(FloatVector.fromArray(S, x, xo + (p + 7) * W));
        }
        if (whole < pixels) {
            s0 = s0.add(FloatVector.fromArray(S, x, xo + whole * W));
        }
        if (whole + 1 < pixels) {
            s1 = s1.add(FloatVector.fromArray(S, x, xo + (whole + 1) * W));
        }
        if (whole + 2 < pixels) {
            s2 = s2.add(FloatVector.fromArray(S, x, xo + (whole + 2) * W));
        }
        if (whole + 3 < pixels) {
            s3 = s3.add(FloatVector.fromArray(S, x, xo + (whole + 3) * W));
        }
        if (whole + 4 < pixels) {
            s4 = s4.add(FloatVector.fromArray(S, x, xo + (whole + 4) * W));
        }
        if (whole + 5 < pixels) {
            s5 = s5.add(FloatVector.fromArray(S, x, xo + (whole + 5) * W));
        }
        if (whole + 6 < pixels) {
            s6 = s6.add(FloatVector.fromArray(S, x, xo + (whole + 6) * W));
        }
        s0.add(s4).add(s2.add(s6)).add(s1.add(s5).add(s3.add(s7))).intoArray(out, oo);
    }

    private static void productRun(int pixels, float[] g, int go, float[] x, int xo, float[] centre, int co,
            float[] out, int oo) {
        FloatVector c = FloatVector.fromArray(S, centre, co);
        FloatVector d;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        FloatVector s4 = FloatVector.zero(S);
        FloatVector s5 = FloatVector.zero(S);
        FloatVector s6 = FloatVector.zero(S);
        FloatVector s7 = FloatVector.zero(S);
        int whole = pixels / 8 * 8;
        for (int p = 0; p < whole; p += 8) {
            d = FloatVector.fromArray(S, x, xo + p * W).sub(c);
            s0 = FloatVector.fromArray(S, g, go + p * W).fma(d, s0);
            d = FloatVector.fromArray(S, x, xo + (p + 1) * W).sub(c);
            s1 = FloatVector.fromArray(S, g, go + (p + 1) * W).fma(d, s1);
            d = FloatVector.fromArray(S, x, xo + (p + 2) * W).sub(c);
            s2 = FloatVector.fromArray(S, g, go + (p + 2) * W).fma(d, s2);
            d = FloatVector.fromArray(S, x, xo + (p + 3) * W).sub(c);
            s3 = FloatVector.fromArray(S, g, go + (p + 3) * W).fma(d, s3);
            d = FloatVector.fromArray(S, x, xo + (p + 4) * W).sub(c);
            s4 = FloatVector.fromArray(S, g, go + (p + 4) * W).fma(d, s4);
            d = FloatVector.fromArray(S, x, xo + (p + 5) * W).sub(c);
            s5 = FloatVector.fromArray(S, g, go + (p + 5) * W).fma(d, s5);
            d = FloatVector.fromArray(S, x, xo + (p + 6) * W).sub(c);
            s6 = FloatVector.fromArray(S, g, go + (p + 6) * W).fma(d, s6);
            d = FloatVector.fromArray(S, x, xo + (p + 7) * W).sub(c);
            s7 = FloatVector.fromArray(S, g, go + (p + 7) * W).fma(d, s7);
        }
        if (whole < pixels) {
            d = FloatVector.fromArray(S, x, xo + whole * W).sub(c);
            s0 = FloatVector.fromArray(S, g, go + whole * W).fma(d, s0);
        }
        if (whole + 1 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 1) * W).sub(c);
            s1 = FloatVector.fromArray(S, g, go + (whole + 1) * W).fma(d, s1);
        }
        if (whole + 2 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 2) * W).sub(c);
            s2 = FloatVector.fromArray(S, g, go + (whole + 2) * W).fma(d, s2);
        }
        if (whole + 3 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 3) * W).sub(c);
            s3 = FloatVector.fromArray(S, g, go + (whole + 3) * W).fma(d, s3);
        }
        if (whole + 4 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 4) * W).sub(c);
            s4 = FloatVector.fromArray(S, g, go + (whole + 4) * W).fma(d, s4);
        }
        if (whole + 5 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 5) * W).sub(c);
            s5 = FloatVector.fromArray(S, g, go + (whole + 5) * W).fma(d, s5);
        }
        if (whole + 6 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 6) * W).sub(c);
            s6 = FloatVector.fromArray(S, g, go + (whole + 6) * W).fma(d, s6);
        }
        s0.add(s4).add(s2.add(s6)).add(s1.add(s5).add(s3.add(s7))).intoArray(out, oo);
    }

    private static void squareRun(int pixels, float[] x, int xo, float[] centre, int co, float[] out, int oo) {
        FloatVector c = FloatVector.fromArray(S, centre, co);
        FloatVector d;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        FloatVector s4 = FloatVector.zero(S);
        FloatVector s5 = FloatVector.zero(S);
        FloatVector s6 = FloatVector.zero(S);
        FloatVector s7 = FloatVector.zero(S);
        int whole = pixels / 8 * 8;
        for (int p = 0; p < whole; p += 8) {
            d = FloatVector.fromArray(S, x, xo + p * W).sub(c);
            s0 = d.fma(d, s0);
            d = FloatVector.fromArray(S, x, xo + (p + 1) * W).sub(c);
            s1 = d.fma(d, s1);
            d = FloatVector.fromArray(S, x, xo + (p + 2) * W).sub(c);
            s2 = d.fma(d, s2);
            d = FloatVector.fromArray(S, x, xo + (p + 3) * W).sub(c);
            s3 = d.fma(d, s3);
            d = FloatVector.fromArray(S, x, xo + (p + 4) * W).sub(c);
            s4 = d.fma(d, s4);
            d = FloatVector.fromArray(S, x, xo + (p + 5) * W).sub(c);
            s5 = d.fma(d, s5);
            d = FloatVector.fromArray(S, x, xo + (p + 6) * W).sub(c);
            s6 = d.fma(d, s6);
            d = FloatVector.fromArray(S, x, xo + (p + 7) * W).sub(c);
            s7 = d.fma(d, s7);
        }
        if (whole < pixels) {
            d = FloatVector.fromArray(S, x, xo + whole * W).sub(c);
            s0 = d.fma(d, s0);
        }
        if (whole + 1 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 1) * W).sub(c);
            s1 = d.fma(d, s1);
        }
        if (whole + 2 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 2) * W).sub(c);
            s2 = d.fma(d, s2);
        }
        if (whole + 3 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 3) * W).sub(c);
            s3 = d.fma(d, s3);
        }
        if (whole + 4 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 4) * W).sub(c);
            s4 = d.fma(d, s4);
        }
        if (whole + 5 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 5) * W).sub(c);
            s5 = d.fma(d, s5);
        }
        if (whole + 6 < pixels) {
            d = FloatVector.fromArray(S, x, xo + (whole + 6) * W).sub(c);
            s6 = d.fma(d, s6);
        }
        s0.add(s4).add(s2.add(s6)).add(s1.add(s5).add(s3.add(s7))).intoArray(out, oo);
    }
}
