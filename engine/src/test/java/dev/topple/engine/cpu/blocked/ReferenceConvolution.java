// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;

/** Convolutions by plain loops in float64, on plain arrays: what the kernels' results are compared with. */
final class ReferenceConvolution {

    private ReferenceConvolution() {
    }

    /** The target of a task, plain, from a plain source, whatever forms the task names. */
    static double[] of(ConvolutionTask task, float[] x, float[] w) {
        Geometry g = task.geometry();
        int in = task.inChannels() / g.groups();
        int out = task.outChannels() / g.groups();
        int imageHeight = task.backward() ? task.targetHeight() : task.sourceHeight();
        int imageWidth = task.backward() ? task.targetWidth() : task.sourceWidth();
        int resultHeight = g.outHeight(imageHeight, task.kernelHeight());
        int resultWidth = g.outWidth(imageWidth, task.kernelWidth());
        double[] y = new double[task.images() * task.targetChannels() * task.targetHeight() * task.targetWidth()];
        for (int n = 0; n < task.images(); n++) {
            for (int m = 0; m < task.outChannels(); m++) {
                for (int c = 0; c < in; c++) {
                    int image = (n * task.inChannels() + m / out * in + c) * imageHeight * imageWidth;
                    int result = (n * task.outChannels() + m) * resultHeight * resultWidth;
                    for (int i = 0; i < resultHeight * resultWidth; i++) {
                        int top = i / resultWidth * g.strideH() - g.padTop();
                        int left = i % resultWidth * g.strideW() - g.padLeft();
                        for (int t = 0; t < task.kernelHeight() * task.kernelWidth(); t++) {
                            int row = top + t / task.kernelWidth() * g.dilationH();
                            int column = left + t % task.kernelWidth() * g.dilationW();
                            if (row < 0 || row >= imageHeight || column < 0 || column >= imageWidth) {
                                continue;
                            }
                            double weight = w[(m * in + c) * task.kernelHeight() * task.kernelWidth() + t];
                            int pixel = image + row * imageWidth + column;
                            if (task.backward()) {
                                y[pixel] += weight * x[result + i];
                            } else {
                                y[result + i] += weight * x[pixel];
                            }
                        }
                    }
                }
            }
        }
        return y;
    }

    /** The L2 norm of the difference relative to that of what is expected. */
    static double error(double[] expected, float[] actual) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            norm += expected[i] * expected[i];
        }
        return expected.length == actual.length ? Math.sqrt(difference / Math.max(norm, 1e-30)) : Double.NaN;
    }

    /** Blocks of 16 channels, with NaN in the unused lanes. */
    static float[] toBlocked(float[] x, int images, int channels, int pixels) {
        int blocks = Blocks.count(channels);
        float[] y = new float[images * blocks * pixels * 16];
        Arrays.fill(y, Float.NaN);
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    y[((n * blocks + c / 16) * pixels + p) * 16 + c % 16] = x[(n * channels + c) * pixels + p];
                }
            }
        }
        return y;
    }

    static float[] toPlain(float[] x, int images, int channels, int pixels) {
        int blocks = Blocks.count(channels);
        float[] y = new float[images * channels * pixels];
        for (int n = 0; n < images; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    y[(n * channels + c) * pixels + p] = x[((n * blocks + c / 16) * pixels + p) * 16 + c % 16];
                }
            }
        }
        return y;
    }
}
