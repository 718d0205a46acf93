// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.tensor.Shape;

/**
 * Convolution and its two gradients. All three run over the same triples (pixel of the image, element of the weight,
 * pixel of the result) and differ only in which of the three is summed up from the product of the other two.
 */
final class Convolutions {

    private Convolutions() {}

    static Array evaluate(Convolution op, Array first, Array second, Shape result) {
        Array sum = Array.zeros(result);
        switch (op) {
            case Convolution.Conv2d conv -> each(conv.geometry(), first.shape(), second.shape(), result,
                    (x, w, y) -> sum.doubles()[y] += first.doubles()[x] * second.doubles()[w]);
            case Convolution.InputGradient gradient -> each(gradient.geometry(), result, second.shape(), first.shape(),
                    (x, w, y) -> sum.doubles()[x] += first.doubles()[y] * second.doubles()[w]);
            case Convolution.WeightGradient gradient -> each(gradient.geometry(), first.shape(), result,
                    second.shape(), (x, w, y) -> sum.doubles()[w] += first.doubles()[x] * second.doubles()[y]);
        }
        return sum;
    }

    @FunctionalInterface
    private interface Triple {
        void at(int image, int weight, int result);
    }

    private static void each(Convolution.Geometry geometry, Shape image, Shape weight, Shape result, Triple triple) {
        int height = image.dim(2);
        int width = image.dim(3);
        int outPerGroup = weight.dim(0) / geometry.groups();
        for (int n = 0; n < image.dim(0); n++) {
            for (int o = 0; o < weight.dim(0); o++) {
                int firstIn = o / outPerGroup * weight.dim(1);
                for (int oy = 0; oy < result.dim(2); oy++) {
                    for (int ox = 0; ox < result.dim(3); ox++) {
                        int y = ((n * result.dim(1) + o) * result.dim(2) + oy) * result.dim(3) + ox;
                        for (int c = 0; c < weight.dim(1); c++) {
                            for (int ky = 0; ky < weight.dim(2); ky++) {
                                int iy = oy * geometry.strideH() - geometry.padTop() + ky * geometry.dilationH();
                                for (int kx = 0; kx < weight.dim(3); kx++) {
                                    int ix = ox * geometry.strideW() - geometry.padLeft() + kx * geometry.dilationW();
                                    if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
                                        int x = ((n * image.dim(1) + firstIn + c) * height + iy) * width + ix;
                                        int w = ((o * weight.dim(1) + c) * weight.dim(2) + ky) * weight.dim(3) + kx;
                                        triple.at(x, w, y);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
