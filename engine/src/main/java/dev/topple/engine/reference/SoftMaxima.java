// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Softmax;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Softmax and cross-entropy, one row along the axis (the classes of one place) after the other. */
final class SoftMaxima {

    private SoftMaxima() {}

    static Array evaluate(Softmax op, List<Array> x, Shape result) {
        return switch (op) {
            case Softmax.Probabilities probabilities -> probabilities(x.get(0), probabilities.axis());
            case Softmax.LogProbabilities logarithms -> logProbabilities(x.get(0), logarithms.axis());
            case Softmax.CrossEntropy loss -> crossEntropy(loss.ignored(), x, result);
            case Softmax.CrossEntropyGradient gradient -> crossEntropyGradient(gradient.ignored(), x, result);
        };
    }

    private static Array logProbabilities(Array x, int axis) {
        int size = x.shape().dim(axis);
        int stride = x.shape().strides()[axis];
        double[] y = new double[x.size()];
        for (int i = 0; i < y.length; i++) {
            int first = i - i / stride % size * stride;
            double largest = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < size; k++) {
                largest = Math.max(largest, x.doubles()[first + k * stride]);
            }
            double sum = 0;
            for (int k = 0; k < size; k++) {
                sum += StrictMath.exp(x.doubles()[first + k * stride] - largest);
            }
            y[i] = x.doubles()[i] - largest - StrictMath.log(sum);
        }
        return Array.of(x.shape(), y);
    }

    private static Array probabilities(Array x, int axis) {
        double[] y = logProbabilities(x, axis).doubles();
        for (int i = 0; i < y.length; i++) {
            y[i] = StrictMath.exp(y[i]);
        }
        return Array.of(x.shape(), y);
    }

    private static boolean valid(int label, int classes) {
        return label >= 0 && label < classes;
    }

    private static Array crossEntropy(int ignored, List<Array> x, Shape result) {
        Shape logits = x.get(0).shape();
        int classes = logits.dim(1);
        int places = logits.product(2, logits.rank());
        double[] log = logProbabilities(x.get(0), 1).doubles();
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int label = x.get(1).ints()[i];
            if (label == ignored) {
                y[i] = 0;
            } else if (!valid(label, classes)) {
                y[i] = Double.NaN;
            } else {
                double weight = x.size() == 3 ? x.get(2).doubles()[label] : 1;
                y[i] = -weight * log[(i / places * classes + label) * places + i % places];
            }
        }
        return Array.of(result, y);
    }

    private static Array crossEntropyGradient(int ignored, List<Array> x, Shape result) {
        int classes = result.dim(1);
        int places = result.product(2, result.rank());
        double[] softmax = probabilities(x.get(0), 1).doubles();
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int c = i / places % classes;
            int place = i / (places * classes) * places + i % places;
            int label = x.get(1).ints()[place];
            if (label == ignored) {
                y[i] = 0;
            } else if (!valid(label, classes)) {
                y[i] = Double.NaN;
            } else {
                double weight = x.size() == 4 ? x.get(3).doubles()[label] : 1;
                y[i] = x.get(2).doubles()[place] * weight * (softmax[i] - (c == label ? 1 : 0));
            }
        }
        return Array.of(result, y);
    }
}
