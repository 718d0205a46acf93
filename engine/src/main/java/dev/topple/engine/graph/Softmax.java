// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Soft maxima and the loss made of them. Largest elements are subtracted first, so nothing overflows. */
public sealed interface Softmax extends Op {

    /** e^x over its sum along an axis. */
    record Probabilities(int axis) implements Softmax {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            return like(this, axis, operands);
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value y = adjoint.result(0);
            Value g = adjoint.of(0);
            adjoint.add(0, () -> y.times(g.minus(g.times(y).sumKeepingAxes(axis))));
        }
    }

    /** x minus the logarithm of the sum of e^x along an axis. */
    record LogProbabilities(int axis) implements Softmax {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            return like(this, axis, operands);
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value g = adjoint.of(0);
            adjoint.add(0, () -> g.minus(adjoint.operand(0).softmax(axis).times(g.sumKeepingAxes(axis))));
        }
    }

    /**
     * Operands (logits {@code [N, C, ...]}, i32 labels {@code [N, ...]}, optionally class weights {@code [C]}): for
     * each place the negative log-probability of its label in nats, times the label's weight. A place with the label
     * {@code ignored} gives 0; any other label outside of 0 to C-1 gives NaN, so that it is noticed.
     */
    record CrossEntropy(int ignored) implements Softmax {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.require(operands.size() == 2 || operands.size() == 3, this, "takes logits, labels and maybe weights",
                    operands);
            checkLogits(this, operands, operands.size() == 3 ? 2 : -1);
            return List.of(operands.get(1).withDtype(DType.F32));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value logits = adjoint.operand(0);
            Value labels = adjoint.operand(1);
            Value g = adjoint.of(0);
            if (adjoint.operands() == 2) {
                adjoint.add(0, () -> g.graph().apply(new CrossEntropyGradient(ignored), logits, labels, g));
            } else {
                adjoint.add(0, () -> g.graph().apply(new CrossEntropyGradient(ignored), logits, labels, g,
                        adjoint.operand(2)));
                adjoint.add(2, () -> {
                    Value hits = oneHot(logits, labels, ignored).times(logits.logSoftmax(1)).times(overClasses(g));
                    return hits.negate().sumTo(classes(logits.shape())).reshape(logits.shape().dim(1));
                });
            }
        }
    }

    /**
     * Operands (logits, labels, gradient of the loss at each place, optionally class weights): the gradient of the
     * logits, {@code g w (softmax - onehot)}; 0 where the label is ignored, NaN where it is out of range.
     */
    record CrossEntropyGradient(int ignored) implements Softmax {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.require(operands.size() == 3 || operands.size() == 4, this,
                    "takes logits, labels, a gradient and maybe weights", operands);
            checkLogits(this, operands, operands.size() == 4 ? 3 : -1);
            Check.require(operands.get(2).equals(operands.get(1).withDtype(DType.F32)), this,
                    "the gradient must have one element per label", operands);
            return List.of(operands.get(0));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.decompose(operands -> {
                Value logits = operands.get(0);
                Value hits = oneHot(logits, operands.get(1), ignored);
                Value weighted = operands.size() == 4
                        ? hits.times(operands.get(3).reshape(classes(logits.shape())))
                        : hits;
                Value spread = logits.softmax(1).times(weighted.sumKeepingAxes(1));
                return List.of(spread.minus(weighted).times(overClasses(operands.get(2))));
            });
        }
    }

    private static List<TensorType> like(Op op, int axis, List<TensorType> operands) {
        Check.floats(op, operands, 1);
        Check.require(axis >= 0 && axis < operands.get(0).shape().rank(), op, "there is no such axis", operands);
        return operands;
    }

    private static void checkLogits(Op op, List<TensorType> operands, int weights) {
        Check.dtype(op, operands, 0, DType.F32);
        Check.dtype(op, operands, 1, DType.I32);
        Shape logits = operands.get(0).shape();
        Check.require(logits.rank() >= 2
                && Reduction.reduced(logits, List.of(1), false).equals(operands.get(1).shape()), op,
                "labels must have the shape of the logits without the classes", operands);
        if (weights >= 0) {
            Check.require(operands.get(weights).equals(TensorType.f32(logits.dim(1))), op,
                    "weights must have one element per class", operands);
        }
    }

    /** 1 at the class of each place's label, else 0; zeros alone where the label is ignored, even if it is a class. */
    private static Value oneHot(Value logits, Value labels, int ignored) {
        int classes = logits.shape().dim(1);
        Value hits = labels.graph().apply(new Indexing.OneHot(1, classes), labels);
        return ignored < 0 || ignored >= classes
                ? hits
                : hits.times(overClasses(labels.compare(Relation.NOT_EQUAL, ignored).cast(DType.F32)));
    }

    private static Shape classes(Shape logits) {
        int[] dims = new int[logits.rank()];
        java.util.Arrays.fill(dims, 1);
        dims[1] = logits.dim(1);
        return Shape.of(dims);
    }

    private static Value overClasses(Value perPlace) {
        int[] dims = new int[perPlace.shape().rank() + 1];
        dims[0] = perPlace.shape().dim(0);
        dims[1] = 1;
        for (int i = 1; i < perPlace.shape().rank(); i++) {
            dims[i + 1] = perPlace.shape().dim(i);
        }
        return perPlace.reshape(dims);
    }

    /** The cross-entropy at each place; see {@link CrossEntropy}. */
    static Value crossEntropy(Value logits, Value labels, int ignored) {
        return logits.graph().apply(new CrossEntropy(ignored), logits, labels);
    }

    /** The cross-entropy at each place times the weight of its class; see {@link CrossEntropy}. */
    static Value crossEntropy(Value logits, Value labels, Value classWeights, int ignored) {
        return logits.graph().apply(new CrossEntropy(ignored), logits, labels, classWeights);
    }
}
