// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) with the statistics of the batch, over images {@code [N, C, H, W]} and
 * per channel. With frozen statistics it is an affine map per channel, written in elementwise ops by {@link #frozen}.
 */
public sealed interface BatchNorm extends Op {

    /** What is added to the variance. */
    float epsilon();

    /**
     * Operands (image, gamma {@code [C]}, beta {@code [C]}); results (normalised image, mean {@code [C]}, biased
     * variance {@code [C]}).
     */
    record Training(float epsilon) implements BatchNorm {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 3);
            TensorType channel = channelType(this, operands);
            Check.require(operands.get(1).equals(channel) && operands.get(2).equals(channel), this,
                    "gamma and beta must have one element per channel", operands);
            return List.of(operands.get(0), channel, channel);
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value x = adjoint.operand(0);
            Value mean = adjoint.result(1);
            Value variance = adjoint.result(2);
            int m = perChannel(x.shape());
            if (adjoint.has(0)) {
                Node parts = adjoint.graph().node(new Gradient(epsilon), x, adjoint.operand(1), mean, variance,
                        adjoint.of(0));
                for (int i = 0; i < 3; i++) {
                    Value part = parts.result(i);
                    adjoint.add(i, () -> part);
                }
            }
            if (adjoint.has(1)) {
                adjoint.add(0, () -> channels(adjoint.of(1)).times(1.0 / m).broadcastTo(x.shape()));
            }
            if (adjoint.has(2)) {
                adjoint.add(0, () -> channels(adjoint.of(2)).times(2.0 / m).times(x.minus(channels(mean))));
            }
        }
    }

    /**
     * Operands (image, gamma, mean, variance, gradient of the normalised image); results (gradients of image, gamma and
     * beta). The gradient of the image includes the way through the batch's mean and variance.
     */
    record Gradient(float epsilon) implements BatchNorm {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 5);
            TensorType channel = channelType(this, operands);
            for (int i = 1; i < 4; i++) {
                Check.require(operands.get(i).equals(channel), this, "statistics must have one element per channel",
                        operands);
            }
            Check.require(operands.get(4).equals(operands.get(0)), this, "the gradient has another shape", operands);
            return List.of(operands.get(0), channel, channel);
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.decompose(operands -> {
                Value x = operands.get(0);
                Value g = operands.get(4);
                Value scale = channels(operands.get(3).plus(epsilon).power(-0.5));
                Value normalised = x.minus(channels(operands.get(2))).times(scale);
                Value gammaGradient = g.times(normalised).sum(0, 2, 3);
                Value betaGradient = g.sum(0, 2, 3);
                Value mean = channels(betaGradient).plus(normalised.times(channels(gammaGradient)))
                        .times(1.0 / perChannel(x.shape()));
                Value imageGradient = g.minus(mean).times(scale).times(channels(operands.get(1)));
                return List.of(imageGradient, gammaGradient, betaGradient);
            });
        }
    }

    private static TensorType channelType(Op op, List<TensorType> operands) {
        Check.rank(op, operands, 0, 4);
        return TensorType.f32(operands.get(0).shape().dim(1));
    }

    private static int perChannel(Shape image) {
        return image.dim(0) * image.dim(2) * image.dim(3);
    }

    /** A value per channel, {@code [C]}, shaped to broadcast over images. */
    static Value channels(Value perChannel) {
        return perChannel.reshape(1, perChannel.shape().size(), 1, 1);
    }

    /** Normalises with the statistics of the batch; results as of {@link Training}. */
    static Node training(Value image, Value gamma, Value beta, double epsilon) {
        return image.graph().node(new Training((float) epsilon), image, gamma, beta);
    }

    /** Normalises with given statistics {@code [C]}. */
    static Value frozen(Value image, Value gamma, Value beta, Value mean, Value variance, double epsilon) {
        Value scale = gamma.times(variance.plus(epsilon).power(-0.5));
        Value shift = beta.minus(mean.times(scale));
        return image.times(channels(scale)).plus(channels(shift));
    }
}
