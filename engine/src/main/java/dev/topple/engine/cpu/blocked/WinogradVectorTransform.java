// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.WinogradPoints.*;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms with vectors of any width, which {@link BlockVectors} reads once, so that it is a constant for the
 * JVM's compiler. A block of 16 channels takes several of the shorter ones. Each kernel serves both passes, down the
 * columns and along the rows: the fewer there are, the sooner they are compiled.
 */
final class WinogradVectorTransform implements WinogradTransform {

    private static final VectorSpecies<Float> S = BlockVectors.FLOATS;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void input4(int rows, int columns, int tiles, float[] x, int xo, int rowStep, int columnStep, int left,
            int right, float[] t, int to, float[] v, int vo) {
        int all = columns * tiles + 2;
        int from = Math.min(left, all);
        int end = Math.clamp(right, from, all);
        int column = 6 * W;
        clear(t, to, column, from, end, all);
        // Of three rows there is no first point.
        int first = 4 - rows;
        for (int l = 0; l < W; l += L) {
            int i = xo + from * columnStep + l;
            int o = to + from * column + l;
            if (rows == 4) {
                forward4(end - from, x, i, columnStep, rowStep, t, o, column, W);
            } else {
                forward3(end - from, x, i, columnStep, rowStep, t, o, column, W);
            }
            for (int tile = 0; tile < tiles; tile++) {
                i = to + tile * columns * column + first * W + l;
                o = vo + first * 6 * POSITION + tile * W + l;
                if (columns == 4) {
                    forward4(rows + 2, t, i, W, column, v, o, 6 * POSITION, POSITION);
                } else {
                    forward3(rows + 2, t, i, W, column, v, o, 6 * POSITION, POSITION);
                }
            }
        }
    }

    /** Zeros in the columns that do not exist. */
    private static void clear(float[] t, int to, int column, int from, int end, int all) {
        if (from > 0) {
            Arrays.fill(t, to, to + from * column, 0f);
        }
        if (end < all) {
            Arrays.fill(t, to + end * column, to + all * column, 0f);
        }
    }

    /**
     * B^T by six vectors, as often as told.
     *
     * @param next floats from the first vector of one product to that of the next
     * @param step floats from a vector of a product to the next
     */
    private static void forward4(int times, float[] x, int xo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector x0 = FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + step);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * step);
            FloatVector x3 = FloatVector.fromArray(S, x, xo + 3 * step);
            FloatVector x4 = FloatVector.fromArray(S, x, xo + 4 * step);
            FloatVector x5 = FloatVector.fromArray(S, x, xo + 5 * step);
            FloatVector even = x2.fma(FloatVector.broadcast(S, -B2), x4);
            FloatVector odd = x1.fma(FloatVector.broadcast(S, -B2), x3);
            odd.fma(FloatVector.broadcast(S, A), even).intoArray(y, yo + yStep);
            odd.fma(FloatVector.broadcast(S, -A), even).intoArray(y, yo + 2 * yStep);
            even = x2.fma(FloatVector.broadcast(S, -A2), x4);
            odd = x1.fma(FloatVector.broadcast(S, -A2), x3);
            odd.fma(FloatVector.broadcast(S, B), even).intoArray(y, yo + 3 * yStep);
            odd.fma(FloatVector.broadcast(S, -B), even).intoArray(y, yo + 4 * yStep);
            even = x2.fma(FloatVector.broadcast(S, -SUM), x4);
            x0.fma(FloatVector.broadcast(S, AABB), even).intoArray(y, yo);
            odd = x3.fma(FloatVector.broadcast(S, -SUM), x5);
            x1.fma(FloatVector.broadcast(S, AABB), odd).intoArray(y, yo + 5 * yStep);
            xo += next;
            yo += yNext;
        }
    }

    /** B^T by five vectors, as often as told; the first point is left out. */
    private static void forward3(int times, float[] x, int xo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector x0 = FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + step);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * step);
            FloatVector x3 = FloatVector.fromArray(S, x, xo + 3 * step);
            FloatVector x4 = FloatVector.fromArray(S, x, xo + 4 * step);
            FloatVector even = x0.fma(FloatVector.broadcast(S, -B2), x2).mul(A2);
            FloatVector odd = x1.fma(FloatVector.broadcast(S, -B2), x3);
            odd.fma(FloatVector.broadcast(S, A), even).intoArray(y, yo + yStep);
            odd.fma(FloatVector.broadcast(S, -A), even).intoArray(y, yo + 2 * yStep);
            even = x0.fma(FloatVector.broadcast(S, -A2), x2).mul(B2);
            odd = x1.fma(FloatVector.broadcast(S, -A2), x3);
            odd.fma(FloatVector.broadcast(S, B), even).intoArray(y, yo + 3 * yStep);
            odd.fma(FloatVector.broadcast(S, -B), even).intoArray(y, yo + 4 * yStep);
            even = x2.fma(FloatVector.broadcast(S, -SUM), x4);
            x0.fma(FloatVector.broadcast(S, AABB), even).intoArray(y, yo + 5 * yStep);
            xo += next;
            yo += yNext;
        }
    }

    @Override
    public void input2(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t,
            int to, float[] v, int vo) {
        int all = 2 * tiles + 2;
        int from = Math.min(left, all);
        int end = Math.clamp(right, from, all);
        int column = 4 * W;
        clear(t, to, column, from, end, all);
        for (int l = 0; l < W; l += L) {
            forward2(end - from, x, xo + from * columnStep + l, columnStep, rowStep, t, to + from * column + l, column,
                    W);
            for (int tile = 0; tile < tiles; tile++) {
                forward2(4, t, to + 2 * tile * column + l, W, column, v, vo + tile * W + l, 4 * POSITION, POSITION);
            }
        }
    }

    /** B^T by four vectors, as often as told. */
    private static void forward2(int times, float[] x, int xo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector x0 = FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + step);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * step);
            FloatVector x3 = FloatVector.fromArray(S, x, xo + 3 * step);
            x2.sub(x0).intoArray(y, yo);
            x2.add(x1).intoArray(y, yo + yStep);
            x2.sub(x1).intoArray(y, yo + 2 * yStep);
            x3.sub(x1).intoArray(y, yo + 3 * yStep);
            xo += next;
            yo += yNext;
        }
    }

    @Override
    public void output4(int rows, int columns, int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo,
            int rowStep) {
        // Of three rows or columns there is no first point.
        int first = 4 - columns;
        for (int l = 0; l < W; l += L) {
            for (int tile = 0; tile < tiles; tile++) {
                int i = mo + first * POSITION + tile * W + l;
                int o = to + first * W + l;
                if (rows == 4) {
                    back4(columns + 2, m, i, POSITION, 6 * POSITION, t, o, W, 6 * W);
                } else {
                    back3(columns + 2, m, i, POSITION, 6 * POSITION, t, o, W, 6 * W);
                }
                o = yo + columns * tile * W + l;
                if (columns == 4) {
                    back4(rows, t, to + l, 6 * W, W, y, o, rowStep, W);
                } else {
                    back3(rows, t, to + l, 6 * W, W, y, o, rowStep, W);
                }
            }
        }
    }

    /** A^T by six vectors, as often as told. */
    private static void back4(int times, float[] m, int mo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector m0 = FloatVector.fromArray(S, m, mo);
            FloatVector m1 = FloatVector.fromArray(S, m, mo + step);
            FloatVector m2 = FloatVector.fromArray(S, m, mo + 2 * step);
            FloatVector m3 = FloatVector.fromArray(S, m, mo + 3 * step);
            FloatVector m4 = FloatVector.fromArray(S, m, mo + 4 * step);
            FloatVector m5 = FloatVector.fromArray(S, m, mo + 5 * step);
            FloatVector p = m1.add(m2);
            FloatVector q = m1.sub(m2);
            FloatVector u = m3.add(m4);
            FloatVector w = m3.sub(m4);
            m0.add(p).add(u).intoArray(y, yo);
            w.fma(FloatVector.broadcast(S, B), q.mul(A)).intoArray(y, yo + yStep);
            u.fma(FloatVector.broadcast(S, B2), p.mul(A2)).intoArray(y, yo + 2 * yStep);
            w.fma(FloatVector.broadcast(S, B3), q.fma(FloatVector.broadcast(S, A3), m5)).intoArray(y, yo + 3 * yStep);
            mo += next;
            yo += yNext;
        }
    }

    /** A^T by five vectors, of which the first is one step from m, as often as told. */
    private static void back3(int times, float[] m, int mo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector m1 = FloatVector.fromArray(S, m, mo + step);
            FloatVector m2 = FloatVector.fromArray(S, m, mo + 2 * step);
            FloatVector m3 = FloatVector.fromArray(S, m, mo + 3 * step);
            FloatVector m4 = FloatVector.fromArray(S, m, mo + 4 * step);
            FloatVector m5 = FloatVector.fromArray(S, m, mo + 5 * step);
            FloatVector p = m1.add(m2);
            FloatVector q = m1.sub(m2);
            FloatVector u = m3.add(m4);
            FloatVector w = m3.sub(m4);
            p.add(u).intoArray(y, yo);
            w.fma(FloatVector.broadcast(S, B), q.mul(A)).intoArray(y, yo + yStep);
            u.fma(FloatVector.broadcast(S, B2), p.fma(FloatVector.broadcast(S, A2), m5)).intoArray(y, yo + 2 * yStep);
            mo += next;
            yo += yNext;
        }
    }

    @Override
    public void output2(int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo, int rowStep) {
        for (int l = 0; l < W; l += L) {
            for (int tile = 0; tile < tiles; tile++) {
                back2(4, m, mo + tile * W + l, POSITION, 4 * POSITION, t, to + l, W, 4 * W);
                back2(2, t, to + l, 4 * W, W, y, yo + 2 * tile * W + l, rowStep, W);
            }
        }
    }

    /** A^T by four vectors, as often as told. */
    private static void back2(int times, float[] m, int mo, int next, int step, float[] y, int yo, int yNext,
            int yStep) {
        for (int i = 0; i < times; i++) {
            FloatVector m0 = FloatVector.fromArray(S, m, mo);
            FloatVector m1 = FloatVector.fromArray(S, m, mo + step);
            FloatVector m2 = FloatVector.fromArray(S, m, mo + 2 * step);
            FloatVector m3 = FloatVector.fromArray(S, m, mo + 3 * step);
            m0.add(m1.add(m2)).intoArray(y, yo);
            m1.sub(m2).add(m3).intoArray(y, yo + yStep);
            mo += next;
            yo += yNext;
        }
    }
}
