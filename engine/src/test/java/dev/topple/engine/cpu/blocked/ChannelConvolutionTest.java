// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.ChannelImages.assertClose;
import static dev.topple.engine.cpu.blocked.ChannelImages.assertSameBits;
import static dev.topple.engine.cpu.blocked.ChannelImages.in;
import static dev.topple.engine.cpu.blocked.ChannelImages.plain;
import static dev.topple.engine.cpu.blocked.ChannelImages.random;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weight gradients and depthwise convolutions against float64 loops, and the same bits in every way to run them. */
class ChannelConvolutionTest {

    private record Case(Geometry geometry, int images, int in, int height, int width, int out, int kernelH,
            int kernelW) {

        int outHeight() {
            return geometry.outHeight(height, kernelH);
        }

        int outWidth() {
            return geometry.outWidth(width, kernelW);
        }

        int weightSize() {
            return out * (in / geometry.groups()) * kernelH * kernelW;
        }

        int pixels() {
            return height * width;
        }

        int outPixels() {
            return outHeight() * outWidth();
        }

        /** Calls with the indices of image, weight and result for every product. */
        void forEach(Products products) {
            int inG = in / geometry.groups();
            int outG = out / geometry.groups();
            for (int y = 0; y < images * out * outPixels(); y++) {
                int column = y % outWidth();
                int row = y / outWidth() % outHeight();
                int o = y / outPixels() % out;
                int n = y / outPixels() / out;
                for (int w = 0; w < inG * kernelH * kernelW; w++) {
                    int iy = row * geometry.strideH() + w / kernelW % kernelH * geometry.dilationH()
                            - geometry.padTop();
                    int ix = column * geometry.strideW() + w % kernelW * geometry.dilationW() - geometry.padLeft();
                    if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
                        int channel = n * in + o / outG * inG + w / kernelW / kernelH;
                        products.product((channel * height + iy) * width + ix, o * inG * kernelH * kernelW + w, y);
                    }
                }
            }
        }
    }

    private interface Products {
        void product(int x, int w, int y);
    }

    private static final Geometry G = Geometry.UNIT;

    private static final List<Case> DENSE = List.of(new Case(G.padding(1), 3, 17, 7, 9, 40, 3, 3),
            new Case(G, 1, 16, 5, 6, 16, 1, 1), new Case(G.stride(2).padding(3), 3, 3, 19, 17, 20, 7, 7),
            new Case(G.stride(2).padding(1), 1, 3, 12, 11, 33, 3, 3), new Case(G.padding(1), 3, 1, 6, 5, 1, 3, 3),
            new Case(G.dilation(2).padding(2), 1, 40, 7, 8, 17, 3, 3),
            new Case(G.dilation(2).padding(2), 2, 3, 9, 8, 17, 3, 3),
            new Case(G.dilation(12).padding(12), 1, 18, 5, 7, 16, 3, 3),
            new Case(G.stride(2), 2, 33, 8, 9, 48, 1, 1), new Case(G.padding(1).groups(2), 2, 32, 5, 6, 64, 3, 3),
            new Case(G.padding(1).groups(4), 2, 20, 6, 5, 12, 3, 3),
            new Case(G.groups(3).stride(2), 1, 3, 7, 8, 6, 2, 2),
            new Case(G.groups(12).padding(1), 2, 48, 7, 8, 48, 3, 3),
            new Case(G.groups(9), 2, 27, 5, 8, 18, 1, 3), new Case(G.groups(2), 1, 34, 5, 8, 10, 3, 1),
            new Case(new Geometry(1, 2, 0, 2, 3, 1, 2, 1, 1), 2, 9, 11, 10, 13, 2, 5),
            new Case(G.padding(2), 2, 5, 40, 30, 18, 4, 2),
            // Small images are summed several at a time, and many channels in one share.
            new Case(G.padding(1), 19, 20, 4, 5, 35, 3, 3), new Case(G.padding(1).stride(2), 7, 20, 7, 9, 35, 3, 3),
            new Case(G.padding(1).groups(2), 7, 32, 4, 5, 64, 3, 3),
            new Case(G.padding(1), 3, 130, 7, 9, 134, 3, 3));

    private static final List<Case> DEPTHWISE = List.of(new Case(G.padding(1).groups(16), 3, 16, 7, 9, 16, 3, 3),
            new Case(G.padding(1).groups(40), 1, 40, 33, 41, 40, 3, 3),
            new Case(G.stride(2).padding(1).groups(17), 3, 17, 9, 8, 17, 3, 3),
            new Case(G.stride(2).padding(2).groups(3), 2, 3, 12, 13, 3, 5, 5),
            new Case(G.dilation(2).padding(2).groups(5), 1, 5, 9, 7, 5, 3, 3),
            new Case(G.dilation(4).padding(4).groups(5), 1, 5, 3, 3, 5, 3, 3),
            new Case(G.dilation(2).stride(2).padding(2).groups(18), 2, 18, 11, 10, 18, 3, 3),
            new Case(G.dilation(3).stride(2).padding(2).groups(18), 2, 18, 11, 10, 18, 3, 3),
            new Case(G.stride(3).groups(2), 1, 2, 11, 10, 2, 2, 2),
            new Case(new Geometry(1, 2, 0, 2, 3, 1, 2, 1, 6), 2, 6, 11, 10, 6, 2, 7),
            new Case(G.groups(16), 1, 16, 5, 5, 16, 1, 1));

    private static float[] weightGradient(Case c, Simd simd, Form image, Form gradient, Workers workers) {
        float[] x = in(image, random(c.images * c.in * c.pixels(), 1), c.images, c.in, c.pixels(), 3);
        float[] g = in(gradient, random(c.images * c.out * c.outPixels(), 2), c.images, c.out, c.outPixels(), 5);
        WeightGradient kernel = WeightGradient.of(simd, c.geometry, Shape.of(c.images, c.in, c.height, c.width),
                Shape.of(c.out, c.in / c.geometry.groups(), c.kernelH, c.kernelW), image, gradient);
        float[] dw = new float[7 + c.weightSize()];
        float[] scratch = new float[2 + kernel.scratch(workers.threads())];
        Arrays.fill(scratch, Float.NaN);
        Arrays.fill(dw, Float.NaN);
        kernel.run(workers, x, 3, g, 5, dw, 7, scratch, 2);
        return Arrays.copyOfRange(dw, 7, dw.length);
    }

    private static void checkWeightGradient(Case c) {
        double[] expected = new double[c.weightSize()];
        float[] x = random(c.images * c.in * c.pixels(), 1);
        float[] g = random(c.images * c.out * c.outPixels(), 2);
        c.forEach((xi, wi, yi) -> expected[wi] += (double) x[xi] * g[yi]);
        try (Workers one = new Workers(1); Workers three = new Workers(3)) {
            for (Form image : Form.values()) {
                for (Form gradient : Form.values()) {
                    String what = c + ", image " + image + ", gradient " + gradient;
                    float[] dw = weightGradient(c, Simd.chosen(), image, gradient, one);
                    assertClose(expected, dw, 3e-6, what);
                    assertSameBits(dw, weightGradient(c, Simd.chosen(), image, gradient, three), what + ", threads");
                    assertSameBits(dw, weightGradient(c, Simd.OFF, image, gradient, one), what + ", plain loops");
                }
            }
        }
    }

    @Test
    void weightGradients() {
        DENSE.forEach(ChannelConvolutionTest::checkWeightGradient);
    }

    @Test
    void depthwiseWeightGradients() {
        DEPTHWISE.forEach(ChannelConvolutionTest::checkWeightGradient);
    }

    private static float[] depthwise(Case c, int images, boolean backward, Simd simd, boolean ends, int threads) {
        ConvolutionTask task = backward
                ? ConvolutionTask.inputGradient(c.geometry, images, c.in, c.height, c.width, c.out, c.kernelH,
                        c.kernelW, Form.BLOCKED, Form.BLOCKED)
                : ConvolutionTask.forward(c.geometry, images, c.in, c.height, c.width, c.out, c.kernelH, c.kernelW,
                        Form.BLOCKED, Form.BLOCKED);
        int from = backward ? c.outPixels() : c.pixels();
        int to = backward ? c.pixels() : c.outPixels();
        float[] x = in(Form.BLOCKED, random(images * c.in * from, 3), images, c.in, from, 1);
        Epilogue epilogue = new Epilogue(ends, ends, ends, ends, ends, simd != Simd.OFF);
        float[] y = new float[2 + task.targetSize()];
        if (ends) {
            epilogue.scale(random(c.in + 1, 4), 1);
            epilogue.shift(random(c.in, 5), 0);
            y = in(Form.BLOCKED, random(images * c.in * to, 6), images, c.in, to, 2);
            epilogue.residual(y, 2);
            epilogue.mask(in(Form.BLOCKED, random(images * c.in * to, 7), images, c.in, to, 0), 0);
        }
        DepthwiseConvolution plan = new DepthwiseConvolution(simd, task, epilogue);
        try (Workers workers = new Workers(threads)) {
            float[] packed = new float[plan.packedSize() + 4];
            plan.pack(workers, random(c.weightSize() + 1, 8), 1, packed, 4);
            float[] scratch = new float[plan.scratch(threads)];
            Arrays.fill(scratch, Float.NaN);
            plan.run(workers, x, 1, packed, 4, y, 2, scratch, 0);
        }
        return plain(y, images, c.in, to, 2);
    }

    private static void checkDepthwise(Case c, boolean backward) {
        int from = backward ? c.outPixels() : c.pixels();
        int to = backward ? c.pixels() : c.outPixels();
        double[] expected = new double[c.images * c.in * to];
        float[] x = random(c.images * c.in * from, 3);
        float[] w = Arrays.copyOfRange(random(c.weightSize() + 1, 8), 1, c.weightSize() + 1);
        if (backward) {
            c.forEach((xi, wi, yi) -> expected[xi] += (double) x[yi] * w[wi]);
        } else {
            c.forEach((xi, wi, yi) -> expected[yi] += (double) x[xi] * w[wi]);
        }
        String what = c + (backward ? " backward" : " forward");
        float[] y = depthwise(c, c.images, backward, Simd.chosen(), false, 1);
        assertClose(expected, y, 1e-6, what);
        assertSameBits(y, depthwise(c, c.images, backward, Simd.chosen(), false, 3), what + ", threads");
        assertSameBits(y, depthwise(c, c.images, backward, Simd.OFF, false, 1), what + ", plain loops");
        assertSameBits(Arrays.copyOf(y, c.in * to), depthwise(c, 1, backward, Simd.chosen(), false, 1),
                what + ", alone");
        float[] scale = random(c.in + 1, 4);
        float[] shift = random(c.in, 5);
        float[] residual = random(expected.length, 6);
        float[] mask = random(expected.length, 7);
        for (int i = 0; i < expected.length; i++) {
            int channel = i / to % c.in;
            double v = Math.max(0, expected[i] * scale[channel + 1] + shift[channel] + residual[i]);
            expected[i] = mask[i] > 0 ? v : 0;
        }
        float[] ended = depthwise(c, c.images, backward, Simd.chosen(), true, 2);
        assertClose(expected, ended, 2e-6, what + ", with an epilogue");
        assertSameBits(ended, depthwise(c, c.images, backward, Simd.OFF, true, 1), what + ", epilogue, plain loops");
    }

    @Test
    void depthwiseForward() {
        DEPTHWISE.forEach(c -> checkDepthwise(c, false));
    }

    @Test
    void depthwiseBackward() {
        DEPTHWISE.forEach(c -> checkDepthwise(c, true));
    }

    @Test
    void otherTasksAreRefused() {
        ConvolutionTask dense = ConvolutionTask.forward(G, 1, 4, 5, 5, 4, 3, 3, Form.BLOCKED, Form.BLOCKED);
        assertThrows(IllegalArgumentException.class,
                () -> new DepthwiseConvolution(Simd.OFF, dense, Epilogue.none()));
    }
}
