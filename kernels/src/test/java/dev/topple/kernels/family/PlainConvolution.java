// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Random;

/** Convolutions by plain loops in float64, on arrays in the plain order, and what tests compare them with. */
final class PlainConvolution {

    private PlainConvolution() {}

    @FunctionalInterface
    private interface Term {
        void at(int image, int weight, int result);
    }

    private static void each(ConvolutionShape s, Term term) {
        Geometry g = s.geometry();
        int oh = s.outHeight();
        int ow = s.outWidth();
        int ic = s.channels() / g.groups();
        int oc = s.outChannels() / g.groups();
        for (int n = 0; n < s.images(); n++) {
            for (int o = 0; o < s.outChannels(); o++) {
                for (int p = 0; p < oh * ow; p++) {
                    for (int i = 0; i < ic; i++) {
                        for (int t = 0; t < s.kernelH() * s.kernelW(); t++) {
                            int y = p / ow * g.strideH() - g.padTop() + t / s.kernelW() * g.dilationH();
                            int x = p % ow * g.strideW() - g.padLeft() + t % s.kernelW() * g.dilationW();
                            if (y >= 0 && y < s.height() && x >= 0 && x < s.width()) {
                                int c = o / oc * ic + i;
                                term.at(((n * s.channels() + c) * s.height() + y) * s.width() + x,
                                        (o * ic + i) * s.kernelH() * s.kernelW() + t,
                                        (n * s.outChannels() + o) * oh * ow + p);
                            }
                        }
                    }
                }
            }
        }
    }

    static int imageSize(ConvolutionShape s) {
        return s.images() * s.channels() * s.height() * s.width();
    }

    static int weightSize(ConvolutionShape s) {
        return s.outChannels() * s.channels() / s.geometry().groups() * s.kernelH() * s.kernelW();
    }

    static int resultSize(ConvolutionShape s) {
        return s.images() * s.outChannels() * s.outHeight() * s.outWidth();
    }

    static double[] forward(ConvolutionShape s, float[] image, float[] weight) {
        double[] out = new double[resultSize(s)];
        each(s, (i, w, r) -> out[r] += (double) image[i] * weight[w]);
        return out;
    }

    static double[] inputGradient(ConvolutionShape s, float[] gradient, float[] weight) {
        double[] out = new double[imageSize(s)];
        each(s, (i, w, r) -> out[i] += (double) gradient[r] * weight[w]);
        return out;
    }

    static double[] weightGradient(ConvolutionShape s, float[] image, float[] gradient) {
        double[] out = new double[weightSize(s)];
        each(s, (i, w, r) -> out[w] += (double) gradient[r] * image[i]);
        return out;
    }

    static float[] random(long seed, int size) {
        Random random = new Random(seed);
        float[] out = new float[size];
        for (int i = 0; i < size; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    /** From [images][channels][plane] to [images][plane][channels]. */
    static float[] channelsLast(float[] x, int images, int channels) {
        int plane = x.length / images / channels;
        float[] out = new float[x.length];
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < plane; p++) {
                    out[(n * plane + p) * channels + c] = x[(n * channels + c) * plane + p];
                }
            }
        }
        return out;
    }

    /** The other way round. */
    static float[] channelsFirst(float[] x, int images, int channels) {
        int plane = x.length / images / channels;
        float[] out = new float[x.length];
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < plane; p++) {
                    out[(n * channels + c) * plane + p] = x[(n * plane + p) * channels + c];
                }
            }
        }
        return out;
    }

    /** The relative error in L2. */
    static double error(double[] expected, float[] actual) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        if (expected.length != actual.length || Double.isNaN(difference)) {
            return Double.POSITIVE_INFINITY;
        }
        return size == 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
    }
}
