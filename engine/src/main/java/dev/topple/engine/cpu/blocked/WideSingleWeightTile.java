// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link WideWeightTile} that are one block wide: for the last of an odd number of blocks. */
final class WideSingleWeightTile {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int W = Blocks.WIDTH;

    private WideSingleWeightTile() {}

    static void add(int rows, int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine, int xStep,
            float[] g, int go, int gImage, int gLine, float[] c, int co) {
        switch (rows) {
            case 12 -> tile12(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, c, co);
            case 8 -> tile8(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, c, co);
            default -> tile4(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, c, co);
        }
    }

    private static void tile12(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        FloatVector c9 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
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
            c0 = v.fma(ga, c0);
            v = FloatVector.broadcast(S, x[i + 1]);
            c1 = v.fma(ga, c1);
            v = FloatVector.broadcast(S, x[i + 2]);
            c2 = v.fma(ga, c2);
            v = FloatVector.broadcast(S, x[i + 3]);
            c3 = v.fma(ga, c3);
            v = FloatVector.broadcast(S, x[i + 4]);
            c4 = v.fma(ga, c4);
            v = FloatVector.broadcast(S, x[i + 5]);
            c5 = v.fma(ga, c5);
            v = FloatVector.broadcast(S, x[i + 6]);
            c6 = v.fma(ga, c6);
            v = FloatVector.broadcast(S, x[i + 7]);
            c7 = v.fma(ga, c7);
            v = FloatVector.broadcast(S, x[i + 8]);
            c8 = v.fma(ga, c8);
            v = FloatVector.broadcast(S, x[i + 9]);
            c9 = v.fma(ga, c9);
            v = FloatVector.broadcast(S, x[i + 10]);
            c10 = v.fma(ga, c10);
            v = FloatVector.broadcast(S, x[i + 11]);
            c11 = v.fma(ga, c11);
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
        FloatVector.fromArray(S, c, at).add(c0).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c1).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c2).intoArray(c, at + 2 * W);
        FloatVector.fromArray(S, c, at + 3 * W).add(c3).intoArray(c, at + 3 * W);
        FloatVector.fromArray(S, c, at + 4 * W).add(c4).intoArray(c, at + 4 * W);
        FloatVector.fromArray(S, c, at + 5 * W).add(c5).intoArray(c, at + 5 * W);
        FloatVector.fromArray(S, c, at + 6 * W).add(c6).intoArray(c, at + 6 * W);
        FloatVector.fromArray(S, c, at + 7 * W).add(c7).intoArray(c, at + 7 * W);
        FloatVector.fromArray(S, c, at + 8 * W).add(c8).intoArray(c, at + 8 * W);
        FloatVector.fromArray(S, c, at + 9 * W).add(c9).intoArray(c, at + 9 * W);
        FloatVector.fromArray(S, c, at + 10 * W).add(c10).intoArray(c, at + 10 * W);
        FloatVector.fromArray(S, c, at + 11 * W).add(c11).intoArray(c, at + 11 * W);
    }

    private static void tile8(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
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
            c0 = v.fma(ga, c0);
            v = FloatVector.broadcast(S, x[i + 1]);
            c1 = v.fma(ga, c1);
            v = FloatVector.broadcast(S, x[i + 2]);
            c2 = v.fma(ga, c2);
            v = FloatVector.broadcast(S, x[i + 3]);
            c3 = v.fma(ga, c3);
            v = FloatVector.broadcast(S, x[i + 4]);
            c4 = v.fma(ga, c4);
            v = FloatVector.broadcast(S, x[i + 5]);
            c5 = v.fma(ga, c5);
            v = FloatVector.broadcast(S, x[i + 6]);
            c6 = v.fma(ga, c6);
            v = FloatVector.broadcast(S, x[i + 7]);
            c7 = v.fma(ga, c7);
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
        FloatVector.fromArray(S, c, at).add(c0).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c1).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c2).intoArray(c, at + 2 * W);
        FloatVector.fromArray(S, c, at + 3 * W).add(c3).intoArray(c, at + 3 * W);
        FloatVector.fromArray(S, c, at + 4 * W).add(c4).intoArray(c, at + 4 * W);
        FloatVector.fromArray(S, c, at + 5 * W).add(c5).intoArray(c, at + 5 * W);
        FloatVector.fromArray(S, c, at + 6 * W).add(c6).intoArray(c, at + 6 * W);
        FloatVector.fromArray(S, c, at + 7 * W).add(c7).intoArray(c, at + 7 * W);
    }

    private static void tile4(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
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
            c0 = v.fma(ga, c0);
            v = FloatVector.broadcast(S, x[i + 1]);
            c1 = v.fma(ga, c1);
            v = FloatVector.broadcast(S, x[i + 2]);
            c2 = v.fma(ga, c2);
            v = FloatVector.broadcast(S, x[i + 3]);
            c3 = v.fma(ga, c3);
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
        FloatVector.fromArray(S, c, at).add(c0).intoArray(c, at);
        FloatVector.fromArray(S, c, at + W).add(c1).intoArray(c, at + W);
        FloatVector.fromArray(S, c, at + 2 * W).add(c2).intoArray(c, at + 2 * W);
        FloatVector.fromArray(S, c, at + 3 * W).add(c3).intoArray(c, at + 3 * W);
    }
}
