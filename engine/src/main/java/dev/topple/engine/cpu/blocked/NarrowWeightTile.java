// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 256-bit vectors, or 128-bit ones where these are chosen: tiles of 4 rows by one vector of each of 2
 * blocks, so that accumulators and operands fit 16 registers.
 */
final class NarrowWeightTile implements WeightTile {

    private static final VectorSpecies<Float> S = Simd.chosen() == Simd.BITS_128
            ? FloatVector.SPECIES_128
            : FloatVector.SPECIES_256;
    private static final int L = S.length();
    private static final int W = Blocks.WIDTH;

    @Override
    public void add(int rows, int blocks, int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        for (int lane = 0; lane < W; lane += L) {
            for (int row = 0; row < rows; row += 4) {
                int to = co + row * blocks * W + lane;
                if (blocks == 2) {
                    tile2(images, lines, pixels, x, xo + row, xImage, xLine, xStep, g, go + lane, gImage, gLine,
                            gPitch, c, to);
                } else {
                    tile1(images, lines, pixels, x, xo + row, xImage, xLine, xStep, g, go + lane, gImage, gLine, c,
                            to);
                }
            }
        }
    }

    private static void tile2(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        int xSkip = xLine - pixels * xStep;
        int gSkip = gLine - pixels * W;
        int xJump = xImage - lines * xLine;
        int gJump = gImage - lines * gLine;
        int i = xo;
        int j = go;
        int left = pixels;
        int linesLeft = lines;
        int count = images * lines * pixels;
        for (int n = 0; n < count; n++) {
            FloatVector ga = FloatVector.fromArray(S, g, j);
            FloatVector gb = FloatVector.fromArray(S, g, j + gPitch);
            FloatVector v = FloatVector.broadcast(S, x[i]);
            c0a = v.fma(ga, c0a);
            c0b = v.fma(gb, c0b);
            v = FloatVector.broadcast(S, x[i + 1]);
            c1a = v.fma(ga, c1a);
            c1b = v.fma(gb, c1b);
            v = FloatVector.broadcast(S, x[i + 2]);
            c2a = v.fma(ga, c2a);
            c2b = v.fma(gb, c2b);
            v = FloatVector.broadcast(S, x[i + 3]);
            c3a = v.fma(ga, c3a);
            c3b = v.fma(gb, c3b);
            i += xStep;
            j += W;
            if (--left == 0) {
                left = pixels;
                i += xSkip;
                j += gSkip;
                if (--linesLeft == 0) {
                    linesLeft = lines;
                    i += xJump;
                    j += gJump;
                }
            }
        }
        int at = co;
        FloatVector.fromArray(S, c, at).add(c0a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c0b).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c1a).intoArray(c, at + 2 * W);
        FloatVector.fromArray(S, c, at + 3 * W).add(c1b).intoArray(c, at + 3 * W);
        FloatVector.fromArray(S, c, at + 4 * W).add(c2a).intoArray(c, at + 4 * W);
        FloatVector.fromArray(S, c, at + 5 * W).add(c2b).intoArray(c, at + 5 * W);
        FloatVector.fromArray(S, c, at + 6 * W).add(c3a).intoArray(c, at + 6 * W);
        FloatVector.fromArray(S, c, at + 7 * W).add(c3b).intoArray(c, at + 7 * W);
    }

    private static void tile1(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        int xSkip = xLine - pixels * xStep;
        int gSkip = gLine - pixels * W;
        int xJump = xImage - lines * xLine;
        int gJump = gImage - lines * gLine;
        int i = xo;
        int j = go;
        int left = pixels;
        int linesLeft = lines;
        int count = images * lines * pixels;
        for (int n = 0; n < count; n++) {
            FloatVector ga = FloatVector.fromArray(S, g, j);
            FloatVector v = FloatVector.broadcast(S, x[i]);
            c0a = v.fma(ga, c0a);
            v = FloatVector.broadcast(S, x[i + 1]);
            c1a = v.fma(ga, c1a);
            v = FloatVector.broadcast(S, x[i + 2]);
            c2a = v.fma(ga, c2a);
            v = FloatVector.broadcast(S, x[i + 3]);
            c3a = v.fma(ga, c3a);
            i += xStep;
            j += W;
            if (--left == 0) {
                left = pixels;
                i += xSkip;
                j += gSkip;
                if (--linesLeft == 0) {
                    linesLeft = lines;
                    i += xJump;
                    j += gJump;
                }
            }
        }
        int at = co;
        FloatVector.fromArray(S, c, at).add(c0a).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c1a).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c2a).intoArray(c, at + 2 * W);
        FloatVector.fromArray(S, c, at + 3 * W).add(c3a).intoArray(c, at + 3 * W);
    }
}
