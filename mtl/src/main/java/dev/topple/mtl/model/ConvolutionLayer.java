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

/** A convolution with a square kernel, padded so that stride 1 keeps the size, and what follows it directly. */
sealed interface ConvolutionLayer {

    /** Adds the layer to a graph. */
    Value apply(Value x, Phase phase);

    /** How a kernel of this size moves. */
    private static Convolution.Geometry geometry(int kernel, int stride) {
        return Convolution.Geometry.UNIT.stride(stride).padding(kernel / 2);
    }

    /** A convolution with a bias. */
    record Biased(Variable weight, Variable bias) implements ConvolutionLayer {

        /** With random weights of a small deviation, so that predictions start near the bias. */
        static Biased of(Weights weights, int in, int out, int kernel, double startBias) {
            return new Biased(
                    weights.parameter("weight", Shape.of(out, in, kernel, kernel), Initialiser.normal(0.01)),
                    weights.parameter("bias", Shape.of(out), Initialiser.constant(startBias)));
        }

        @Override
        public Value apply(Value x, Phase phase) {
            Graph graph = x.graph();
            int kernel = weight.type().shape().dim(2);
            return Convolution.conv2d(geometry(kernel, 1), x, graph.read(weight), graph.read(bias));
        }
    }

    /**
     * A convolution without bias and the batch normalisation of its result. Running statistics are those of PyTorch: a
     * tenth of each batch's is mixed in, its variance unbiased.
     */
    record Normalised(int stride, Variable weight, Variable gamma, Variable beta, Variable mean, Variable variance)
            implements ConvolutionLayer {

        private static final double EPSILON = 1e-5;
        private static final double MOMENTUM = 0.1;

        static Normalised of(Weights weights, int in, int out, int kernel, int stride) {
            Weights norm = weights.in("norm");
            Shape channels = Shape.of(out);
            return new Normalised(stride,
                    weights.parameter("weight", Shape.of(out, in, kernel, kernel), Initialiser.he()),
                    norm.parameter("gamma", channels, Initialiser.constant(1)),
                    norm.parameter("beta", channels, Initialiser.constant(0)),
                    norm.statistic("mean", channels, Initialiser.constant(0)),
                    norm.statistic("variance", channels, Initialiser.constant(1)));
        }

        @Override
        public Value apply(Value x, Phase phase) {
            Graph graph = x.graph();
            int kernel = weight.type().shape().dim(2);
            Value y = Convolution.conv2d(geometry(kernel, stride), x, graph.read(weight));
            Value g = graph.read(gamma);
            Value b = graph.read(beta);
            return switch (phase) {
                case FROZEN -> BatchNorm.frozen(y, g, b, graph.read(mean), graph.read(variance), EPSILON);
                case TRAINING -> {
                    Node node = BatchNorm.training(y, g, b, EPSILON);
                    double count = (double) y.shape().size() / y.shape().dim(1);
                    graph.assign(mean, mix(graph.read(mean), node.result(1), 1));
                    graph.assign(variance, mix(graph.read(variance), node.result(2), count / Math.max(count - 1, 1)));
                    yield node.result(0);
                }
            };
        }

        private static Value mix(Value running, Value batch, double factor) {
            return running.times(1 - MOMENTUM).plus(batch.times(MOMENTUM * factor));
        }
    }
}
