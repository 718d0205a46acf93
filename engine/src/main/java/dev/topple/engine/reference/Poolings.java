// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Pooling;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Pooling and its adjoints, plane by plane: a plane is one channel of one image. */
final class Poolings {

    private Poolings() {}

    static List<Array> evaluate(Pooling op, List<Array> x, Shape result) {
        return switch (op) {
            case Pooling.MaxPool2d pool -> maxPool(pool.window(), x.get(0), result);
            case Pooling.Scatter scatter -> List.of(scatter(x.get(0), x.get(1), result));
            case Pooling.Gather gather -> List.of(gather(x.get(0), x.get(1), result));
            case Pooling.AvgPool2d pool -> List.of(avgPool(pool.window(), pool.countPadding(), x.get(0), result));
            case Pooling.AvgPool2dGradient gradient -> List.of(
                    avgPoolGradient(gradient.window(), gradient.countPadding(), x.get(0), result));
        };
    }

    private static int plane(Shape shape) {
        return shape.dim(2) * shape.dim(3);
    }

    /** The places of one window along one axis: {@code from} to {@code to} (exclusive), {@code count} with padding. */
    private record Span(int from, int to, int count) {
        static Span of(int i, int kernel, int stride, int pad, int size) {
            int start = i * stride - pad;
            return new Span(Math.max(start, 0), Math.min(start + kernel, size),
                    Math.min(start + kernel, size + pad) - start);
        }
    }

    private static Span rows(Pooling.Window w, int i, Shape image) {
        return Span.of(i, w.kernelH(), w.strideH(), w.padH(), image.dim(2));
    }

    private static Span columns(Pooling.Window w, int i, Shape image) {
        return Span.of(i, w.kernelW(), w.strideW(), w.padW(), image.dim(3));
    }

    private static List<Array> maxPool(Pooling.Window window, Array x, Shape result) {
        double[] values = new double[result.size()];
        int[] indices = new int[result.size()];
        int width = x.shape().dim(3);
        for (int i = 0; i < values.length; i++) {
            int plane = i / plane(result) * plane(x.shape());
            Span rows = rows(window, i / result.dim(3) % result.dim(2), x.shape());
            Span columns = columns(window, i % result.dim(3), x.shape());
            int best = rows.from() * width + columns.from();
            for (int row = rows.from(); row < rows.to(); row++) {
                for (int column = columns.from(); column < columns.to(); column++) {
                    int candidate = row * width + column;
                    if (Reductions.larger(x.doubles()[plane + candidate], x.doubles()[plane + best])) {
                        best = candidate;
                    }
                }
            }
            values[i] = x.doubles()[plane + best];
            indices[i] = best;
        }
        return List.of(Array.of(result, values), Array.of(result, indices));
    }

    private static Array scatter(Array g, Array indices, Shape result) {
        double[] y = new double[result.size()];
        for (int i = 0; i < g.size(); i++) {
            int index = indices.ints()[i];
            if (index >= 0 && index < plane(result)) {
                y[i / plane(g.shape()) * plane(result) + index] += g.doubles()[i];
            }
        }
        return Array.of(result, y);
    }

    private static Array gather(Array x, Array indices, Shape result) {
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int index = indices.ints()[i];
            y[i] = index >= 0 && index < plane(x.shape())
                    ? x.doubles()[i / plane(result) * plane(x.shape()) + index]
                    : Double.NaN;
        }
        return Array.of(result, y);
    }

    private static double share(Span rows, Span columns, boolean countPadding) {
        return countPadding
                ? rows.count() * columns.count()
                : (rows.to() - rows.from()) * (columns.to() - columns.from());
    }

    private static Array avgPool(Pooling.Window window, boolean countPadding, Array x, Shape result) {
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int plane = i / plane(result) * plane(x.shape());
            Span rows = rows(window, i / result.dim(3) % result.dim(2), x.shape());
            Span columns = columns(window, i % result.dim(3), x.shape());
            double sum = 0;
            for (int row = rows.from(); row < rows.to(); row++) {
                for (int column = columns.from(); column < columns.to(); column++) {
                    sum += x.doubles()[plane + row * x.shape().dim(3) + column];
                }
            }
            y[i] = sum / share(rows, columns, countPadding);
        }
        return Array.of(result, y);
    }

    private static Array avgPoolGradient(Pooling.Window window, boolean countPadding, Array g, Shape result) {
        double[] y = new double[result.size()];
        for (int i = 0; i < g.size(); i++) {
            int plane = i / plane(g.shape()) * plane(result);
            Span rows = rows(window, i / g.shape().dim(3) % g.shape().dim(2), result);
            Span columns = columns(window, i % g.shape().dim(3), result);
            for (int row = rows.from(); row < rows.to(); row++) {
                for (int column = columns.from(); column < columns.to(); column++) {
                    y[plane + row * result.dim(3) + column] += g.doubles()[i] / share(rows, columns, countPadding);
                }
            }
        }
        return Array.of(result, y);
    }
}
