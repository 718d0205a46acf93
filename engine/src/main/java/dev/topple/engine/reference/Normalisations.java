// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Batch normalisation; with m pixels per channel, mean and variance are over all of them. */
final class Normalisations {

    private Normalisations() {}

    static List<Array> evaluate(BatchNorm op, List<Array> x) {
        return switch (op) {
            case BatchNorm.Training training -> training(training.epsilon(), x.get(0), x.get(1), x.get(2));
            case BatchNorm.Gradient gradient -> gradient(gradient.epsilon(), x);
        };
    }

    private static int channel(Shape image, int i) {
        return i / (image.dim(2) * image.dim(3)) % image.dim(1);
    }

    private static List<Array> training(double epsilon, Array image, Array gamma, Array beta) {
        Shape shape = image.shape();
        double m = shape.dim(0) * shape.dim(2) * shape.dim(3);
        double[] x = image.doubles();
        double[] mean = new double[shape.dim(1)];
        for (int i = 0; i < x.length; i++) {
            mean[channel(shape, i)] += x[i] / m;
        }
        double[] variance = new double[shape.dim(1)];
        for (int i = 0; i < x.length; i++) {
            double d = x[i] - mean[channel(shape, i)];
            variance[channel(shape, i)] += d * d / m;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int c = channel(shape, i);
            y[i] = (x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * gamma.doubles()[c] + beta.doubles()[c];
        }
        return List.of(Array.of(shape, y), Array.of(gamma.shape(), mean), Array.of(gamma.shape(), variance));
    }

    /**
     * With {@code z = (x - mean) / deviation}: {@code dgamma = sum g z}, {@code dbeta = sum g} and
     * {@code dx = gamma / deviation (g - (dbeta + z dgamma) / m)}.
     */
    private static List<Array> gradient(double epsilon, List<Array> operands) {
        Shape shape = operands.get(0).shape();
        double m = shape.dim(0) * shape.dim(2) * shape.dim(3);
        double[] x = operands.get(0).doubles();
        double[] gamma = operands.get(1).doubles();
        double[] mean = operands.get(2).doubles();
        double[] variance = operands.get(3).doubles();
        double[] g = operands.get(4).doubles();
        double[] z = new double[x.length];
        double[] gammaGradient = new double[gamma.length];
        double[] betaGradient = new double[gamma.length];
        for (int i = 0; i < x.length; i++) {
            int c = channel(shape, i);
            z[i] = (x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon);
            gammaGradient[c] += g[i] * z[i];
            betaGradient[c] += g[i];
        }
        double[] imageGradient = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int c = channel(shape, i);
            imageGradient[i] = gamma[c] / Math.sqrt(variance[c] + epsilon)
                    * (g[i] - (betaGradient[c] + z[i] * gammaGradient[c]) / m);
        }
        Shape channels = operands.get(1).shape();
        return List.of(Array.of(shape, imageGradient), Array.of(channels, gammaGradient),
                Array.of(channels, betaGradient));
    }
}
