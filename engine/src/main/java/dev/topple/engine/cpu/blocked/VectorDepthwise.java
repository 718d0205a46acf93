// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of depthwise convolutions with the Vector API. Windows of 3 by 3, 2 by 2, 2 and 1 keep their weights
 * in registers.
 */
final class VectorDepthwise implements DepthwiseLanes {

    private static final VectorSpecies<Float> S = BlockVectors.FLOATS;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void window(int pixels, int rows, int columns, float[] x, int xo, int xStep, int xRow, int xColumn,
            float[] w, int wo, int wRow, int wColumn, float[] y, int yo) {
        for (int l = 0; l < W; l += L) {
            if (rows == 3 && columns == 3) {
                nine(pixels, x, xo + l, xStep, xRow, xColumn, w, wo + l, wRow, wColumn, y, yo + l);
            } else if (rows == 2 && columns == 2) {
                four(pixels, x, xo + l, xStep, xRow, xColumn, w, wo + l, wRow, wColumn, y, yo + l);
            } else if (rows == 2 && columns == 1) {
                two(pixels, x, xo + l, xStep, xRow, w, wo + l, wRow, y, yo + l);
            } else if (rows == 1 && columns == 2) {
                two(pixels, x, xo + l, xStep, xColumn, w, wo + l, wColumn, y, yo + l);
            } else if (rows == 1 && columns == 1) {
                one(pixels, x, xo + l, xStep, w, wo + l, y, yo + l);
            } else {
                int p = 0;
                for (; p + 4 <= pixels; p += 4) {
                    anyFour(rows, columns, x, xo + l + p * xStep, xStep, xRow, xColumn, w, wo + l, wRow, wColumn, y,
                            yo + l + p * W);
                }
                any(pixels - p, rows, columns, x, xo + l + p * xStep, xStep, xRow, xColumn, w, wo + l, wRow, wColumn,
                        y, yo + l + p * W);
            }
        }
    }

    private static void any(int pixels, int rows, int columns, float[] x, int xo, int xStep, int xRow, int xColumn,
            float[] w, int wo, int wRow, int wColumn, float[] y, int yo) {
        int taps = rows * columns;
        for (int p = 0; p < pixels; p++) {
            FloatVector sum = FloatVector.zero(S);
            int i = xo + p * xStep;
            int k = wo;
            int left = columns;
            for (int t = 0; t < taps; t++) {
                sum = FloatVector.fromArray(S, x, i).fma(FloatVector.fromArray(S, w, k), sum);
                i += xColumn;
                k += wColumn;
                if (--left == 0) {
                    left = columns;
                    i += xRow - columns * xColumn;
                    k += wRow - columns * wColumn;
                }
            }
            sum.intoArray(y, yo + p * W);
        }
    }

    /** Four pixels at a time, so that a product need not await the one before it. */
    private static void anyFour(int rows, int columns, float[] x, int xo, int xStep, int xRow, int xColumn, float[] w,
            int wo, int wRow, int wColumn, float[] y, int yo) {
        int taps = rows * columns;
        int twoSteps = 2 * xStep;
        int threeSteps = 3 * xStep;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        int i = xo;
        int k = wo;
        int left = columns;
        for (int t = 0; t < taps; t++) {
            FloatVector v = FloatVector.fromArray(S, w, k);
            s0 = FloatVector.fromArray(S, x, i).fma(v, s0);
            s1 = FloatVector.fromArray(S, x, i + xStep).fma(v, s1);
            s2 = FloatVector.fromArray(S, x, i + twoSteps).fma(v, s2);
            s3 = FloatVector.fromArray(S, x, i + threeSteps).fma(v, s3);
            i += xColumn;
            k += wColumn;
            if (--left == 0) {
                left = columns;
                i += xRow - columns * xColumn;
                k += wRow - columns * wColumn;
            }
        }
        s0.intoArray(y, yo);
        s1.intoArray(y, yo + W);
        s2.intoArray(y, yo + 2 * W);
        s3.intoArray(y, yo + 3 * W);
    }

    private static void nine(int pixels, float[] x, int xo, int xStep, int xRow, int xColumn, float[] w, int wo,
            int wRow, int wColumn, float[] y, int yo) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wColumn);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * wColumn);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + wRow);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + wRow + wColumn);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + wRow + 2 * wColumn);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 2 * wRow);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 2 * wRow + wColumn);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 2 * wRow + 2 * wColumn);
        int i = xo;
        int j = xo + xRow;
        int k = xo + 2 * xRow;
        int twoColumns = 2 * xColumn;
        for (int p = 0; p < pixels; p++) {
            FloatVector sum = FloatVector.fromArray(S, x, i).fma(w0, FloatVector.zero(S));
            sum = FloatVector.fromArray(S, x, i + xColumn).fma(w1, sum);
            sum = FloatVector.fromArray(S, x, i + twoColumns).fma(w2, sum);
            sum = FloatVector.fromArray(S, x, j).fma(w3, sum);
            sum = FloatVector.fromArray(S, x, j + xColumn).fma(w4, sum);
            sum = FloatVector.fromArray(S, x, j + twoColumns).fma(w5, sum);
            sum = FloatVector.fromArray(S, x, k).fma(w6, sum);
            sum = FloatVector.fromArray(S, x, k + xColumn).fma(w7, sum);
            sum = FloatVector.fromArray(S, x, k + twoColumns).fma(w8, sum);
            sum.intoArray(y, yo + p * W);
            i += xStep;
            j += xStep;
            k += xStep;
        }
    }

    private static void four(int pixels, float[] x, int xo, int xStep, int xRow, int xColumn, float[] w, int wo,
            int wRow, int wColumn, float[] y, int yo) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wColumn);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + wRow);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + wRow + wColumn);
        int i = xo;
        int j = xo + xRow;
        for (int p = 0; p < pixels; p++) {
            FloatVector sum = FloatVector.fromArray(S, x, i).fma(w0, FloatVector.zero(S));
            sum = FloatVector.fromArray(S, x, i + xColumn).fma(w1, sum);
            sum = FloatVector.fromArray(S, x, j).fma(w2, sum);
            sum = FloatVector.fromArray(S, x, j + xColumn).fma(w3, sum);
            sum.intoArray(y, yo + p * W);
            i += xStep;
            j += xStep;
        }
    }

    private static void two(int pixels, float[] x, int xo, int xStep, int xNext, float[] w, int wo, int wNext,
            float[] y, int yo) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + wNext);
        int i = xo;
        for (int p = 0; p < pixels; p++) {
            FloatVector sum = FloatVector.fromArray(S, x, i).fma(w0, FloatVector.zero(S));
            FloatVector.fromArray(S, x, i + xNext).fma(w1, sum).intoArray(y, yo + p * W);
            i += xStep;
        }
    }

    private static void one(int pixels, float[] x, int xo, int xStep, float[] w, int wo, float[] y, int yo) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        int i = xo;
        for (int p = 0; p < pixels; p++) {
            FloatVector.fromArray(S, x, i).fma(w0, FloatVector.zero(S)).intoArray(y, yo + p * W);
            i += xStep;
        }
    }

    @Override
    public void sum(int lines, int pixels, float[] x, int xo, int xLine, int xStep, float[] g, int go, int gLine,
            float[] c, int co) {
        for (int l = 0; l < W; l += L) {
            sumOne(lines, pixels, x, xo + l, xLine, xStep, g, go + l, gLine, c, co + l);
        }
    }

    private static void sumOne(int lines, int pixels, float[] x, int xo, int xLine, int xStep, float[] g, int go,
            int gLine, float[] c, int co) {
        FloatVector sum = FloatVector.zero(S);
        int i = xo;
        int j = go;
        int left = pixels;
        int count = lines * pixels;
        for (int n = 0; n < count; n++) {
            sum = FloatVector.fromArray(S, x, i).fma(FloatVector.fromArray(S, g, j), sum);
            i += xStep;
            j += W;
            if (--left == 0) {
                left = pixels;
                i += xLine - pixels * xStep;
                j += gLine - pixels * W;
            }
        }
        FloatVector.fromArray(S, c, co).add(sum).intoArray(c, co);
    }

    @Override
    public void sumNine(int lines, int pixels, float[] x, int xo, int xRow, int xColumn, int xLine, int xStep,
            float[] g, int go, int gLine, float[] c, int co, int cRow) {
        for (int l = 0; l < W; l += L) {
            nineSums(lines, pixels, x, xo + l, xRow, xColumn, xLine, xStep, g, go + l, gLine, c, co + l, cRow);
        }
    }

    private static void nineSums(int lines, int pixels, float[] x, int xo, int xRow, int xColumn, int xLine,
            int xStep, float[] g, int go, int gLine, float[] c, int co, int cRow) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        int twoColumns = 2 * xColumn;
        int xSkip = xLine - pixels * xStep;
        int gSkip = gLine - pixels * W;
        int i = xo;
        int j = go;
        int left = pixels;
        int count = lines * pixels;
        for (int n = 0; n < count; n++) {
            FloatVector v = FloatVector.fromArray(S, g, j);
            int k = i + xRow;
            int m = k + xRow;
            c0 = FloatVector.fromArray(S, x, i).fma(v, c0);
            c1 = FloatVector.fromArray(S, x, i + xColumn).fma(v, c1);
            c2 = FloatVector.fromArray(S, x, i + twoColumns).fma(v, c2);
            c3 = FloatVector.fromArray(S, x, k).fma(v, c3);
            c4 = FloatVector.fromArray(S, x, k + xColumn).fma(v, c4);
            c5 = FloatVector.fromArray(S, x, k + twoColumns).fma(v, c5);
            c6 = FloatVector.fromArray(S, x, m).fma(v, c6);
            c7 = FloatVector.fromArray(S, x, m + xColumn).fma(v, c7);
            c8 = FloatVector.fromArray(S, x, m + twoColumns).fma(v, c8);
            i += xStep;
            j += W;
            if (--left == 0) {
                left = pixels;
                i += xSkip;
                j += gSkip;
            }
        }
        FloatVector.fromArray(S, c, co).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, c, co + W).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, c, co + 2 * W).add(c2).intoArray(c, co + 2 * W);
        int at = co + cRow;
        FloatVector.fromArray(S, c, at).add(c3).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c4).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c5).intoArray(c, at + 2 * W);
        at += cRow;
        FloatVector.fromArray(S, c, at).add(c6).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c7).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c8).intoArray(c, at + 2 * W);
    }
}
