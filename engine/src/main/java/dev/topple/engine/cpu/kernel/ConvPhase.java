// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sum over taps that has the same form for a grid of results: with group g, row m and the source's channels c,
 *
 * <pre>
 * result[m][y][x] = sum over c, t of weight[m][c][taps[t]] source[c][y stepY + shiftY[t]][x stepX + shiftX[t]]
 * </pre>
 *
 * where the source is 0 outside its bounds. Result (y, x) of the grid lies at row {@code outY + y outStepY} and column
 * {@code outX + x outStepX} of an image {@code [outHeight, outWidth]}. A convolution is one such phase. The gradient of
 * its image is one phase for each residue of the row and column by the strides: each has only the taps that reach it.
 *
 * @param rows the result's channels in a group
 * @param channels the source's channels in a group
 * @param taps the positions in the kernel, ascending, {@code ky kernelW + kx}
 */
record ConvPhase(int groups, int rows, int channels, int[] taps, int[] shiftY, int[] shiftX, int stepY, int stepX,
        int height, int width, int gridHeight, int gridWidth, int outY, int outX, int outStepY, int outStepX,
        int outHeight, int outWidth) {

    /** About how long a chain may be: error and working memory grow with it, and so does speed. */
    private static final int DEPTH = 288;

    /** Sizes of a convolution: images, channels in all, image, kernel. */
    record Sizes(int images, int inChannels, int height, int width, int outChannels, int kernelH, int kernelW) {

        /** Reads the sizes off an image's and a weight's shape; refuses what does not fit. */
        static Sizes of(Geometry g, Shape image, Shape weight) {
            if (image.rank() != 4 || weight.rank() != 4 || image.dim(1) != weight.dim(1) * g.groups()
                    || weight.dim(0) % g.groups() != 0 || image.size() == 0 || weight.size() == 0
                    || g.outHeight(image.dim(2), weight.dim(2)) < 1 || g.outWidth(image.dim(3), weight.dim(3)) < 1) {
                throw new IllegalArgumentException("convolution: image " + image + " and weight " + weight
                        + " do not fit together with " + g);
            }
            return new Sizes(image.dim(0), image.dim(1), image.dim(2), image.dim(3), weight.dim(0), weight.dim(2),
                    weight.dim(3));
        }

        /** Whether the pixels of an image can be treated as one long row. */
        boolean pointwise(Geometry g) {
            return kernelH == 1 && kernelW == 1 && g.strideH() == 1 && g.strideW() == 1 && g.padTop() == 0
                    && g.padLeft() == 0 && g.padBottom() == 0 && g.padRight() == 0;
        }
    }

    /** The convolution itself. */
    static ConvPhase forward(Geometry g, Sizes s) {
        int in = s.inChannels / g.groups();
        int out = s.outChannels / g.groups();
        if (s.pointwise(g)) {
            int pixels = s.height * s.width;
            return new ConvPhase(g.groups(), out, in, new int[1], new int[1], new int[1], 1, 1, 1, pixels, 1, pixels, 0,
                    0, 1, 1, 1, pixels);
        }
        int count = s.kernelH * s.kernelW;
        int[] taps = new int[count];
        int[] shiftY = new int[count];
        int[] shiftX = new int[count];
        for (int t = 0; t < count; t++) {
            taps[t] = t;
            shiftY[t] = t / s.kernelW * g.dilationH() - g.padTop();
            shiftX[t] = t % s.kernelW * g.dilationW() - g.padLeft();
        }
        int outHeight = g.outHeight(s.height, s.kernelH);
        int outWidth = g.outWidth(s.width, s.kernelW);
        return new ConvPhase(g.groups(), out, in, taps, shiftY, shiftX, g.strideH(), g.strideW(), s.height, s.width,
                outHeight, outWidth, 0, 0, 1, 1, outHeight, outWidth);
    }

    /** The phases of the image's gradient, whose source is the gradient of the result. */
    static List<ConvPhase> inputGradient(Geometry g, Sizes s) {
        int rows = s.inChannels / g.groups();
        int channels = s.outChannels / g.groups();
        if (s.pointwise(g)) {
            int pixels = s.height * s.width;
            return List.of(new ConvPhase(g.groups(), rows, channels, new int[1], new int[1], new int[1], 1, 1, 1,
                    pixels, 1, pixels, 0, 0, 1, 1, 1, pixels));
        }
        List<ConvPhase> phases = new ArrayList<>();
        for (int y = 0; y < Math.min(g.strideH(), s.height); y++) {
            for (int x = 0; x < Math.min(g.strideW(), s.width); x++) {
                phases.add(inputGradient(g, s, rows, channels, y, x));
            }
        }
        return phases;
    }

    private static ConvPhase inputGradient(Geometry g, Sizes s, int rows, int channels, int y, int x) {
        int[] taps = new int[s.kernelH * s.kernelW];
        int[] shiftY = new int[taps.length];
        int[] shiftX = new int[taps.length];
        int count = 0;
        for (int t = 0; t < taps.length; t++) {
            int down = y + g.padTop() - t / s.kernelW * g.dilationH();
            int right = x + g.padLeft() - t % s.kernelW * g.dilationW();
            if (down % g.strideH() == 0 && right % g.strideW() == 0) {
                taps[count] = t;
                shiftY[count] = down / g.strideH();
                shiftX[count] = right / g.strideW();
                count++;
            }
        }
        return new ConvPhase(g.groups(), rows, channels, Arrays.copyOf(taps, count),
                Arrays.copyOf(shiftY, count), Arrays.copyOf(shiftX, count), 1, 1,
                g.outHeight(s.height, s.kernelH), g.outWidth(s.width, s.kernelW),
                Math.ceilDiv(s.height - y, g.strideH()), Math.ceilDiv(s.width - x, g.strideW()), y, x, g.strideH(),
                g.strideW(), s.height, s.width);
    }

    /** The channels summed in one chain: a number that depends on the taps and the channels alone. */
    int channelBlock() {
        int most = Math.max(1, Math.min(channels, DEPTH / Math.max(1, taps.length)));
        return Math.ceilDiv(channels, Math.ceilDiv(channels, most));
    }
}
