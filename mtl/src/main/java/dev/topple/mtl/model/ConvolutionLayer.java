// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Variable;

/** A convolution and what follows it directly. */
sealed interface ConvolutionLayer {

    /** Adds the layer to a graph. */
    Value apply(Value x, Phase phase);

    /** A layer of an encoder; the variables of a batch normalisation have a scope of their own. */
    static ConvolutionLayer of(Weights weights, Weights norm, Kernel kernel, Norm kind) {
        return switch (kind) {
            case BATCH -> Normalised.of(weights, norm, kernel);
            case FOLDED -> Biased.of(weights, kernel, Initialiser.he(), Initialiser.constant(0));
        };
    }

    private static Value convolve(Kernel kernel, Value x, Variable weight) {
        Shape shape = x.shape();
        return Convolution.conv2d(kernel.geometry(shape.dim(2), shape.dim(3)), x, x.graph().read(weight));
    }

    /** A convolution and nothing else. */
    record Bare(Kernel kernel, Variable weight) implements ConvolutionLayer {

        @Override
        public Value apply(Value x, Phase phase) {
            return convolve(kernel, x, weight);
        }
    }

    /** A convolution with a bias. */
    record Biased(Kernel kernel, Variable weight, Variable bias) implements ConvolutionLayer {

        /** With random weights of a small deviation, so that predictions start near the bias. */
        static Biased of(Weights weights, int in, int out, int kernel, double startBias) {
            return of(weights, new Kernel(in, out, kernel), Initialiser.normal(0.01),
                    Initialiser.constant(startBias));
        }

        static Biased of(Weights weights, Kernel kernel, Initialiser initialiser, Initialiser biases) {
            return new Biased(kernel, weights.parameter("weight", kernel.weight(), initialiser),
                    weights.parameter("bias", Shape.of(kernel.out()), biases));
        }

        @Override
        public Value apply(Value x, Phase phase) {
            return convolve(kernel, x, weight).plus(BatchNorm.channels(x.graph().read(bias)));
        }
    }

    /**
     * A convolution without bias and the batch normalisation of its result. Running statistics are those of PyTorch: a
     * tenth of each batch's is mixed in, its variance unbiased.
     */
    record Normalised(Kernel kernel, Variable weight, Variable gamma, Variable beta, Variable mean, Variable variance)
            implements ConvolutionLayer {

        private static final double EPSILON = 1e-5;
        private static final double MOMENTUM = 0.1;

        static Normalised of(Weights weights, int in, int out, int kernel, int stride) {
            return of(weights, weights.in("norm"), new Kernel(in, out, kernel).stride(stride));
        }

        static Normalised of(Weights weights, Weights norm, Kernel kernel) {
            Shape channels = Shape.of(kernel.out());
            return new Normalised(kernel,
                    weights.parameter("weight", kernel.weight(), Initialiser.he()),
                    norm.parameter("gamma", channels, Initialiser.constant(1)),
                    norm.parameter("beta", channels, Initialiser.constant(0)),
                    norm.statistic("mean", channels, Initialiser.constant(0)),
                    norm.statistic("variance", channels, Initialiser.constant(1)));
        }

        @Override
        public Value apply(Value x, Phase phase) {
            Graph graph = x.graph();
            Value y = convolve(kernel, x, weight);
            Value g = graph.read(gamma);
            Value b = graph.read(beta);
            if (!phase.training()) {
                return BatchNorm.frozen(y, g, b, graph.read(mean), graph.read(variance), EPSILON);
            }
            Node node = BatchNorm.training(y, g, b, EPSILON);
            double count = (double) y.shape().size() / y.shape().dim(1);
            graph.assign(mean, mix(graph.read(mean), node.result(1), 1));
            graph.assign(variance, mix(graph.read(variance), node.result(2), count / Math.max(count - 1, 1)));
            return node.result(0);
        }

        private static Value mix(Value running, Value batch, double factor) {
            return running.times(1 - MOMENTUM).plus(batch.times(MOMENTUM * factor));
        }
    }
}
