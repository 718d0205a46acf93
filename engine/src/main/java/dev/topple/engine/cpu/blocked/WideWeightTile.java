// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel for 512-bit vectors: tiles of up to 12 rows by 2 blocks, 24 accumulators. These are locals and every step
 * is written out, because only then does the JVM's compiler keep them in registers.
 */
final class WideWeightTile implements WeightTile {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int W = Blocks.WIDTH;

    @Override
    public void add(int rows, int blocks, int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        if (blocks == 1) {
            WideSingleWeightTile.add(rows, images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, c,
                    co);
            return;
        }
        switch (rows) {
            case 12 -> tile12x2(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, gPitch, c,
                    co);
            case 8 -> tile8x2(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, gPitch, c, co);
            default -> tile4x2(images, lines, pixels, x, xo, xImage, xLine, xStep, g, go, gImage, gLine, gPitch, c,
                    co);
        }
    }

    private static void tile12x2(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        FloatVector c4a = FloatVector.zero(S);
        FloatVector c4b = FloatVector.zero(S);
        FloatVector c5a = FloatVector.zero(S);
        FloatVector c5b = FloatVector.zero(S);
        FloatVector c6a = FloatVector.zero(S);
        FloatVector c6b = FloatVector.zero(S);
        FloatVector c7a = FloatVector.zero(S);
        FloatVector c7b = FloatVector.zero(S);
        FloatVector c8a = FloatVector.zero(S);
        FloatVector c8b = FloatVector.zero(S);
        FloatVector c9a = FloatVector.zero(S);
        FloatVector c9b = FloatVector.zero(S);
        FloatVector c10a = FloatVector.zero(S);
        FloatVector c10b = FloatVector.zero(S);
        FloatVector c11a = FloatVector.zero(S);
        FloatVector c11b = FloatVector.zero(S);
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
            v = FloatVector.broadcast(S, x[i + 4]);
            c4a = v.fma(ga, c4a);
            c4b = v.fma(gb, c4b);
            v = FloatVector.broadcast(S, x[i + 5]);
            c5a = v.fma(ga, c5a);
            c5b = v.fma(gb, c5b);
            v = FloatVector.broadcast(S, x[i + 6]);
            c6a = v.fma(ga, c6a);
            c6b = v.fma(gb, c6b);
            v = FloatVector.broadcast(S, x[i + 7]);
            c7a = v.fma(ga, c7a);
            c7b = v.fma(gb, c7b);
            v = FloatVector.broadcast(S, x[i + 8]);
            c8a = v.fma(ga, c8a);
            c8b = v.fma(gb, c8b);
            v = FloatVector.broadcast(S, x[i + 9]);
            c9a = v.fma(ga, c9a);
            c9b = v.fma(gb, c9b);
            v = FloatVector.broadcast(S, x[i + 10]);
            c10a = v.fma(ga, c10a);
            c10b = v.fma(gb, c10b);
            v = FloatVector.broadcast(S, x[i + 11]);
            c11a = v.fma(ga, c11a);
            c11b = v.fma(gb, c11b);
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
        FloatVector.fromArray(S, c, at + 8 * W).add(c4a).intoArray(c, at + 8 * W);
        FloatVector.fromArray(S, c, at + 9 * W).add(c4b).intoArray(c, at + 9 * W);
        FloatVector.fromArray(S, c, at + 10 * W).add(c5a).intoArray(c, at + 10 * W);
        FloatVector.fromArray(S, c, at + 11 * W).add(c5b).intoArray(c, at + 11 * W);
        FloatVector.fromArray(S, c, at + 12 * W).add(c6a).intoArray(c, at + 12 * W);
        FloatVector.fromArray(S, c, at + 13 * W).add(c6b).intoArray(c, at + 13 * W);
        FloatVector.fromArray(S, c, at + 14 * W).add(c7a).intoArray(c, at + 14 * W);
        FloatVector.fromArray(S, c, at + 15 * W).add(c7b).intoArray(c, at + 15 * W);
        FloatVector.fromArray(S, c, at + 16 * W).add(c8a).intoArray(c, at + 16 * W);
        FloatVector.fromArray(S, c, at + 17 * W).add(c8b).intoArray(c, at + 17 * W);
        FloatVector.fromArray(S, c, at + 18 * W).add(c9a).intoArray(c, at + 18 * W);
        FloatVector.fromArray(S, c, at + 19 * W).add(c9b).intoArray(c, at + 19 * W);
        FloatVector.fromArray(S, c, at + 20 * W).add(c10a).intoArray(c, at + 20 * W);
        FloatVector.fromArray(S, c, at + 21 * W).add(c10b).intoArray(c, at + 21 * W);
        FloatVector.fromArray(S, c, at + 22 * W).add(c11a).intoArray(c, at + 22 * W);
        FloatVector.fromArray(S, c, at + 23 * W).add(c11b).intoArray(c, at + 23 * W);
    }

    private static void tile8x2(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
            int xStep, float[] g, int go, int gImage, int gLine, int gPitch, float[] c, int co) {
        FloatVector c0a = FloatVector.zero(S);
        FloatVector c0b = FloatVector.zero(S);
        FloatVector c1a = FloatVector.zero(S);
        FloatVector c1b = FloatVector.zero(S);
        FloatVector c2a = FloatVector.zero(S);
        FloatVector c2b = FloatVector.zero(S);
        FloatVector c3a = FloatVector.zero(S);
        FloatVector c3b = FloatVector.zero(S);
        FloatVector c4a = FloatVector.zero(S);
        FloatVector c4b = FloatVector.zero(S);
        FloatVector c5a = FloatVector.zero(S);
        FloatVector c5b = FloatVector.zero(S);
        FloatVector c6a = FloatVector.zero(S);
        FloatVector c6b = FloatVector.zero(S);
        FloatVector c7a = FloatVector.zero(S);
        FloatVector c7b = FloatVector.zero(S);
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
            v = FloatVector.broadcast(S, x[i + 4]);
            c4a = v.fma(ga, c4a);
            c4b = v.fma(gb, c4b);
            v = FloatVector.broadcast(S, x[i + 5]);
            c5a = v.fma(ga, c5a);
            c5b = v.fma(gb, c5b);
            v = FloatVector.broadcast(S, x[i + 6]);
            c6a = v.fma(ga, c6a);
            c6b = v.fma(gb, c6b);
            v = FloatVector.broadcast(S, x[i + 7]);
            c7a = v.fma(ga, c7a);
            c7b = v.fma(gb, c7b);
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
        FloatVector.fromArray(S, c, at + 8 * W).add(c4a).intoArray(c, at + 8 * W);
        FloatVector.fromArray(S, c, at + 9 * W).add(c4b).intoArray(c, at + 9 * W);
        FloatVector.fromArray(S, c, at + 10 * W).add(c5a).intoArray(c, at + 10 * W);
        FloatVector.fromArray(S, c, at + 11 * W).add(c5b).intoArray(c, at + 11 * W);
        FloatVector.fromArray(S, c, at + 12 * W).add(c6a).intoArray(c, at + 12 * W);
        FloatVector.fromArray(S, c, at + 13 * W).add(c6b).intoArray(c, at + 13 * W);
        FloatVector.fromArray(S, c, at + 14 * W).add(c7a).intoArray(c, at + 14 * W);
        FloatVector.fromArray(S, c, at + 15 * W).add(c7b).intoArray(c, at + 15 * W);
    }

    private static void tile4x2(int images, int lines, int pixels, float[] x, int xo, int xImage, int xLine,
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
}
