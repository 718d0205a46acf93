// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.Random;

/** A convolution's shapes and float64 loops for it and its gradients, and tools to compare with them. */
record ConvReference(Geometry geometry, int n, int in, int height, int width, int out, int kernelH, int kernelW) {

    Shape image() {
        return Shape.of(n, in, height, width);
    }

    Shape weight() {
        return Shape.of(out, in / geometry.groups(), kernelH, kernelW);
    }

    int outHeight() {
        return geometry.outHeight(height, kernelH);
    }

    int outWidth() {
        return geometry.outWidth(width, kernelW);
    }

    Shape result() {
        return Shape.of(n, out, outHeight(), outWidth());
    }

    /** Called for every product of the convolution with the indices of its three elements. */
    interface Products {
        void product(int x, int w, int y);
    }

    void forEach(Products products) {
        int inG = in / geometry.groups();
        int outG = out / geometry.groups();
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < out; o++) {
                for (int y = 0; y < outHeight(); y++) {
                    for (int x = 0; x < outWidth(); x++) {
                        int to = ((i * out + o) * outHeight() + y) * outWidth() + x;
                        for (int c = 0; c < inG; c++) {
                            int channel = o / outG * inG + c;
                            for (int ky = 0; ky < kernelH; ky++) {
                                int row = y * geometry.strideH() + ky * geometry.dilationH() - geometry.padTop();
                                for (int kx = 0; kx < kernelW; kx++) {
                                    int column = x * geometry.strideW() + kx * geometry.dilationW()
                                            - geometry.padLeft();
                                    if (row >= 0 && row < height && column >= 0 && column < width) {
                                        products.product(((i * in + channel) * height + row) * width + column,
                                                ((o * inG + c) * kernelH + ky) * kernelW + kx, to);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    double[] forward(float[] x, float[] w) {
        double[] y = new double[result().size()];
        forEach((xi, wi, yi) -> y[yi] += (double) x[xi] * w[wi]);
        return y;
    }

    double[] inputGradient(float[] g, float[] w) {
        double[] dx = new double[image().size()];
        forEach((xi, wi, yi) -> dx[xi] += (double) g[yi] * w[wi]);
        return dx;
    }

    double[] weightGradient(float[] x, float[] g) {
        double[] dw = new double[weight().size()];
        forEach((xi, wi, yi) -> dw[wi] += (double) x[xi] * g[yi]);
        return dw;
    }

    static float[] random(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Memory that holds a NaN everywhere, so that a read of what nobody wrote shows. */
    static float[] rubbish(int size) {
        float[] values = new float[size];
        java.util.Arrays.fill(values, Float.NaN);
        return values;
    }

    /** The largest error relative to the root of the number of summands, with values of about 1. */
    static double error(double[] expected, float[] actual, int at, double summands) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[at + i]) / Math.sqrt(summands + 1);
            worst = error > worst || Double.isNaN(error) ? error : worst;
            if (Double.isNaN(error)) {
                return Double.NaN;
            }
        }
        return worst;
    }
}
