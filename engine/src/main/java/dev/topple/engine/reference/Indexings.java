// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * Ops with indices. With the axis at place {@code axis}, a tensor is {@code [before, along the axis, after]}, where
 * {@code before} and {@code after} are the products of the other axes.
 */
final class Indexings {

    private Indexings() {}

    static Array evaluate(Indexing op, List<Array> x, Shape result) {
        return switch (op) {
            case Indexing.Gather gather -> gather(x.get(0), x.get(1), gather.axis(), result);
            case Indexing.ScatterAdd scatter -> scatterAdd(x.get(0), x.get(1), scatter.axis(), result);
            case Indexing.OneHot oneHot -> oneHot(x.get(0), oneHot.axis(), result);
        };
    }

    private static Array gather(Array x, Array indices, int axis, Shape result) {
        int size = x.shape().dim(axis);
        int after = x.shape().product(axis + 1, x.shape().rank());
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int before = i / (indices.size() * after);
            int index = indices.ints()[i / after % indices.size()];
            y[i] = index >= 0 && index < size
                    ? x.doubles()[(before * size + index) * after + i % after]
                    : Double.NaN;
        }
        return Array.of(result, y);
    }

    private static Array scatterAdd(Array g, Array indices, int axis, Shape result) {
        int size = result.dim(axis);
        int after = result.product(axis + 1, result.rank());
        double[] y = new double[result.size()];
        for (int i = 0; i < g.size(); i++) {
            int before = i / (indices.size() * after);
            int index = indices.ints()[i / after % indices.size()];
            if (index >= 0 && index < size) {
                y[(before * size + index) * after + i % after] += g.doubles()[i];
            }
        }
        return Array.of(result, y);
    }

    private static Array oneHot(Array indices, int axis, Shape result) {
        int depth = result.dim(axis);
        int after = result.product(axis + 1, result.rank());
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int index = indices.ints()[i / (depth * after) * after + i % after];
            y[i] = i / after % depth == index ? 1 : 0;
        }
        return Array.of(result, y);
    }
}
