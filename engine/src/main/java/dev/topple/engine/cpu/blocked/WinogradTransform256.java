// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.WinogradPoints.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms with vectors of 256 bits. The classes for the other widths have the same text: the width must be a
 * constant of the class for the JVM's compiler, and methods that take it, or vectors, are not sure to be compiled in
 * line.
 */
final class WinogradTransform256 implements WinogradTransform {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void input4(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t,
            int to, float[] v, int vo) {
        for (int l = 0; l < W; l += L) {
            int column = 0;
            for (int tile = 0; tile < tiles; tile++) {
                // A ring of 8 columns, because neighbouring tiles share two.
                int end = 4 * tile + 6;
                int from = Math.clamp(left, column, end);
                int stop = Math.clamp(right, from, end);
                zero4(column, from, t, to + l);
                down4(from, stop, x, xo + l, rowStep, columnStep, t, to + l);
                zero4(stop, end, t, to + l);
                int first = to + (4 * tile & 4) * (6 * W) + l;
                int last = to + (4 * tile + 4 & 4) * (6 * W) + l;
                along4(t, first, last, v, vo + tile * W + l);
                column = end;
            }
        }
    }

    private static void zero4(int from, int end, float[] t, int to) {
        FloatVector zero = FloatVector.zero(S);
        for (int c = from; c < end; c++) {
            int at = to + (c & 7) * (6 * W);
            for (int row = 0; row < 6; row++) {
                zero.intoArray(t, at + row * W);
            }
        }
    }

    /** B^T by the rows of the columns {@code from <= c < end}. */
    private static void down4(int from, int end, float[] x, int xo, int rowStep, int columnStep, float[] t, int to) {
        for (int c = from; c < end; c++) {
            int i = xo + c * columnStep;
            int at = to + (c & 7) * (6 * W);
            FloatVector x0 = FloatVector.fromArray(S, x, i);
            i += rowStep;
            FloatVector x1 = FloatVector.fromArray(S, x, i);
            i += rowStep;
            FloatVector x2 = FloatVector.fromArray(S, x, i);
            i += rowStep;
            FloatVector x3 = FloatVector.fromArray(S, x, i);
            i += rowStep;
            FloatVector x4 = FloatVector.fromArray(S, x, i);
            i += rowStep;
            FloatVector x5 = FloatVector.fromArray(S, x, i);
            FloatVector even = x2.fma(FloatVector.broadcast(S, -B2), x4);
            FloatVector odd = x1.fma(FloatVector.broadcast(S, -B2), x3);
            odd.fma(FloatVector.broadcast(S, A), even).intoArray(t, at + W);
            odd.fma(FloatVector.broadcast(S, -A), even).intoArray(t, at + 2 * W);
            even = x2.fma(FloatVector.broadcast(S, -A2), x4);
            odd = x1.fma(FloatVector.broadcast(S, -A2), x3);
            odd.fma(FloatVector.broadcast(S, B), even).intoArray(t, at + 3 * W);
            odd.fma(FloatVector.broadcast(S, -B), even).intoArray(t, at + 4 * W);
            even = x2.fma(FloatVector.broadcast(S, -SUM), x4);
            x0.fma(FloatVector.broadcast(S, AABB), even).intoArray(t, at);
            odd = x3.fma(FloatVector.broadcast(S, -SUM), x5);
            x1.fma(FloatVector.broadcast(S, AABB), odd).intoArray(t, at + 5 * W);
        }
    }

    /** The rows of a tile by B: all its positions. Its first four columns and its last two lie apart in the ring. */
    private static void along4(float[] t, int first, int last, float[] v, int vo) {
        for (int row = 0; row < 6; row++) {
            FloatVector x0 = FloatVector.fromArray(S, t, first);
            FloatVector x1 = FloatVector.fromArray(S, t, first + 6 * W);
            FloatVector x2 = FloatVector.fromArray(S, t, first + 12 * W);
            FloatVector x3 = FloatVector.fromArray(S, t, first + 18 * W);
            FloatVector x4 = FloatVector.fromArray(S, t, last);
            FloatVector x5 = FloatVector.fromArray(S, t, last + 6 * W);
            FloatVector even = x2.fma(FloatVector.broadcast(S, -B2), x4);
            FloatVector odd = x1.fma(FloatVector.broadcast(S, -B2), x3);
            odd.fma(FloatVector.broadcast(S, A), even).intoArray(v, vo + POSITION);
            odd.fma(FloatVector.broadcast(S, -A), even).intoArray(v, vo + 2 * POSITION);
            even = x2.fma(FloatVector.broadcast(S, -A2), x4);
            odd = x1.fma(FloatVector.broadcast(S, -A2), x3);
            odd.fma(FloatVector.broadcast(S, B), even).intoArray(v, vo + 3 * POSITION);
            odd.fma(FloatVector.broadcast(S, -B), even).intoArray(v, vo + 4 * POSITION);
            even = x2.fma(FloatVector.broadcast(S, -SUM), x4);
            x0.fma(FloatVector.broadcast(S, AABB), even).intoArray(v, vo);
            odd = x3.fma(FloatVector.broadcast(S, -SUM), x5);
            x1.fma(FloatVector.broadcast(S, AABB), odd).intoArray(v, vo + 5 * POSITION);
            first += W;
            last += W;
            vo += 6 * POSITION;
        }
    }

    /** Zeros in the columns of the rows of t that do not exist. */
    private static void zero2(float[] t, int to, int pitch, int rows, int left, int right) {
        FloatVector zero = FloatVector.zero(S);
        int columns = pitch / W;
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < Math.min(left, columns); c++) {
                zero.intoArray(t, to + row * pitch + c * W);
            }
            for (int c = right; c < columns; c++) {
                zero.intoArray(t, to + row * pitch + c * W);
            }
        }
    }

    @Override
    public void input2(int tiles, float[] x, int xo, int rowStep, int columnStep, int left, int right, float[] t,
            int to, float[] v, int vo) {
        int pitch = (2 * tiles + 2) * W;
        for (int l = 0; l < W; l += L) {
            zero2(t, to + l, pitch, 4, left, right);
            down2(left, Math.min(right, 2 * tiles + 2), x, xo + l, rowStep, columnStep, t, to + l, pitch);
            for (int row = 0; row < 4; row++) {
                along2(tiles, t, to + row * pitch + l, v, vo + 4 * row * POSITION + l);
            }
        }
    }

    /** B^T by the rows of the columns {@code from <= c < end}. */
    private static void down2(int from, int end, float[] x, int xo, int rowStep, int columnStep, float[] t, int to,
            int pitch) {
        int o1 = xo + rowStep;
        int o2 = o1 + rowStep;
        int o3 = o2 + rowStep;
        int t1 = to + pitch;
        int t2 = t1 + pitch;
        int t3 = t2 + pitch;
        for (int c = from; c < end; c++) {
            int i = c * columnStep;
            FloatVector x0 = FloatVector.fromArray(S, x, xo + i);
            FloatVector x1 = FloatVector.fromArray(S, x, o1 + i);
            FloatVector x2 = FloatVector.fromArray(S, x, o2 + i);
            FloatVector x3 = FloatVector.fromArray(S, x, o3 + i);
            x2.sub(x0).intoArray(t, to + c * W);
            x2.add(x1).intoArray(t, t1 + c * W);
            x2.sub(x1).intoArray(t, t2 + c * W);
            x3.sub(x1).intoArray(t, t3 + c * W);
        }
    }

    /** A row by B: 4 positions of neighbouring tiles. */
    private static void along2(int tiles, float[] t, int to, float[] v, int vo) {
        for (int tile = 0; tile < tiles; tile++) {
            int i = to + tile * (2 * W);
            int o = vo + tile * W;
            FloatVector x0 = FloatVector.fromArray(S, t, i);
            FloatVector x1 = FloatVector.fromArray(S, t, i + W);
            FloatVector x2 = FloatVector.fromArray(S, t, i + 2 * W);
            FloatVector x3 = FloatVector.fromArray(S, t, i + 3 * W);
            x2.sub(x0).intoArray(v, o);
            x2.add(x1).intoArray(v, o + POSITION);
            x2.sub(x1).intoArray(v, o + 2 * POSITION);
            x3.sub(x1).intoArray(v, o + 3 * POSITION);
        }
    }

    @Override
    public void output4(int tiles, float[] m, int mo, float[] t, int to, float[] y, int yo, int rowStep) {
        for (int l = 0; l < W; l += L) {
            for (int tile = 0; tile < tiles; tile++) {
                back4(6, m, mo + tile * W + l, POSITION, 6 * POSITION, t, to + l, W, 6 * W);
                back4(4, t, to + l, 6 * W, W, y, yo + 4 * tile * W + l, rowStep, W);
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
