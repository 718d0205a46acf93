// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Reduction;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Reductions: every element of the operand goes to one element of the result. */
final class Reductions {

    private Reductions() {}

    static Array evaluate(Reduction op, Array x, Shape result) {
        return switch (op) {
            case Reduction.Sum sum -> {
                double[] y = new double[result.size()];
                int[] target = targets(x.shape(), sum.axes());
                for (int i = 0; i < x.size(); i++) {
                    y[target[i]] += x.doubles()[i];
                }
                yield Array.of(result, y);
            }
            case Reduction.Max max -> {
                double[] y = new double[result.size()];
                Arrays.fill(y, Double.NEGATIVE_INFINITY);
                int[] target = targets(x.shape(), max.axes());
                for (int i = 0; i < x.size(); i++) {
                    y[target[i]] = Math.max(y[target[i]], x.doubles()[i]);
                }
                yield Array.of(result, y);
            }
            case Reduction.ArgMax max -> {
                int[] best = new int[result.size()];
                double[] largest = new double[result.size()];
                int[] target = targets(x.shape(), List.of(max.axis()));
                int stride = x.shape().strides()[max.axis()];
                for (int i = 0; i < x.size(); i++) {
                    int along = i / stride % x.shape().dim(max.axis());
                    if (along == 0 || larger(x.doubles()[i], largest[target[i]])) {
                        best[target[i]] = along;
                        largest[target[i]] = x.doubles()[i];
                    }
                }
                yield Array.of(result, best);
            }
        };
    }

    /** Whether a candidate takes the place of the largest so far, NaN being larger than any number. */
    static boolean larger(double candidate, double largest) {
        return candidate > largest || Double.isNaN(candidate) && !Double.isNaN(largest);
    }

    /** Where in the result each element goes: as if the reduced axes had stride 0. */
    private static int[] targets(Shape shape, List<Integer> axes) {
        Shape kept = shape;
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return Array.sources(shape, kept.broadcastStrides(shape), 0);
    }
}
