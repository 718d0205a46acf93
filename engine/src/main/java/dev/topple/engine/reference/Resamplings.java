// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;

/** Interpolation and its adjoint: a pixel of the larger grid and up to four sources with weights. */
final class Resamplings {

    private Resamplings() {}

    /** The two sources of a pixel along one axis, the second with the given weight, the first with what is left. */
    private record Sources(int first, int second, double weight) {
        static Sources of(Resampling.Method method, int i, int in, int out) {
            return switch (method) {
                case NEAREST -> {
                    int nearest = (int) ((long) i * in / out);
                    yield new Sources(nearest, nearest, 0);
                }
                case BILINEAR -> between(Math.max(0, (i + 0.5) * in / out - 0.5), in);
                case BILINEAR_ALIGN_CORNERS -> between(out == 1 ? 0 : (double) i * (in - 1) / (out - 1), in);
            };
        }

        private static Sources between(double position, int in) {
            int first = Math.min((int) position, in - 1);
            return new Sources(first, Math.min(first + 1, in - 1), position - first);
        }

        int source(int k) {
            return k == 0 ? first : second;
        }

        double weight(int k) {
            return k == 0 ? 1 - weight : weight;
        }
    }

    static Array evaluate(Resampling op, Array x, Shape result) {
        return switch (op) {
            case Resampling.Resize resize when x.dtype() == DType.I32 -> {
                int[] y = new int[result.size()];
                each(resize.method(), x.shape(), result, (source, pixel, weight) -> {
                    // The nearest pixel comes with weight 1, and three times more with weight 0.
                    if (weight == 1) {
                        y[pixel] = x.ints()[source];
                    }
                });
                yield Array.of(result, y);
            }
            case Resampling.Resize resize -> {
                double[] y = new double[result.size()];
                each(resize.method(), x.shape(), result,
                        (source, pixel, weight) -> y[pixel] += weight == 0 ? 0 : weight * x.doubles()[source]);
                yield Array.of(result, y);
            }
            case Resampling.ResizeGradient gradient -> {
                double[] y = new double[result.size()];
                each(gradient.method(), result, x.shape(),
                        (source, pixel, weight) -> y[source] += weight == 0 ? 0 : weight * x.doubles()[pixel]);
                yield Array.of(result, y);
            }
        };
    }

    @FunctionalInterface
    private interface Pair {
        void at(int source, int pixel, double weight);
    }

    private static void each(Resampling.Method method, Shape from, Shape to, Pair pair) {
        for (int pixel = 0; pixel < to.size(); pixel++) {
            int plane = pixel / (to.dim(2) * to.dim(3)) * from.dim(2) * from.dim(3);
            Sources rows = Sources.of(method, pixel / to.dim(3) % to.dim(2), from.dim(2), to.dim(2));
            Sources columns = Sources.of(method, pixel % to.dim(3), from.dim(3), to.dim(3));
            for (int r = 0; r < 2; r++) {
                for (int c = 0; c < 2; c++) {
                    pair.at(plane + rows.source(r) * from.dim(3) + columns.source(c), pixel,
                            rows.weight(r) * columns.weight(c));
                }
            }
        }
    }
}
