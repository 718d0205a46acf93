// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Ops that make one element of many along some axes. */
public sealed interface Reduction extends Op {

    /** The sum over the given axes (ascending), which disappear or stay with size 1. The sum of nothing is 0. */
    record Sum(List<Integer> axes, boolean keepAxes) implements Reduction {
        public Sum {
            axes = List.copyOf(axes);
        }

        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            checkAxes(this, axes, operands);
            return List.of(operands.get(0).withShape(reduced(operands.get(0).shape(), axes, keepAxes)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape shape = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.of(0).reshape(reduced(shape, axes, true)).broadcastTo(shape));
        }
    }

    /** The largest over the given axes (ascending); NaN if any is. Ties share the gradient equally. */
    record Max(List<Integer> axes, boolean keepAxes) implements Reduction {
        public Max {
            axes = List.copyOf(axes);
        }

        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            checkAxes(this, axes, operands);
            Check.require(count(operands.get(0).shape(), axes) > 0, this, "there is no largest of nothing", operands);
            return List.of(operands.get(0).withShape(reduced(operands.get(0).shape(), axes, keepAxes)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value x = adjoint.operand(0);
            Shape kept = reduced(x.shape(), axes, true);
            adjoint.add(0, () -> {
                Value largest = x.compare(Relation.EQUAL, adjoint.result(0).reshape(kept)).cast(DType.F32);
                Value share = adjoint.of(0).reshape(kept)
                        .dividedBy(largest.graph().apply(new Sum(axes, true), largest));
                return largest.times(share);
            });
        }
    }

    /** The i32 index of the first largest along one axis, which disappears. No gradient. */
    record ArgMax(int axis) implements Reduction {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            checkAxes(this, List.of(axis), operands);
            Check.require(operands.get(0).shape().dim(axis) > 0, this, "there is no largest of nothing", operands);
            return List.of(operands.get(0).withDtype(DType.I32)
                    .withShape(reduced(operands.get(0).shape(), List.of(axis), false)));
        }

        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("ArgMax has no gradient");
        }
    }

    private static void checkAxes(Op op, List<Integer> axes, List<TensorType> operands) {
        int previous = -1;
        for (int axis : axes) {
            Check.require(axis > previous && axis < operands.get(0).shape().rank(), op,
                    "axes must exist and ascend", operands);
            previous = axis;
        }
    }

    /** Resolves axes, sorted; all of them where none is given. */
    static List<Integer> axes(Shape shape, int... axes) {
        List<Integer> resolved = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean named = axes.length == 0;
            for (int candidate : axes) {
                named |= shape.axis(candidate) == axis;
            }
            if (named) {
                resolved.add(axis);
            }
        }
        return resolved;
    }

    /** The shape that is left of another after a reduction. */
    static Shape reduced(Shape shape, List<Integer> axes, boolean keepAxes) {
        List<Integer> dims = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!axes.contains(axis)) {
                dims.add(shape.dim(axis));
            } else if (keepAxes) {
                dims.add(1);
            }
        }
        return Shape.of(dims);
    }

    /** How many elements become one. */
    static int count(Shape shape, List<Integer> axes) {
        int count = 1;
        for (int axis : axes) {
            count *= shape.dim(axis);
        }
        return count;
    }

    /** Sums a value down to a shape that broadcasts to its own: the adjoint of broadcasting. */
    static Value sumTo(Value value, Shape target) {
        Shape from = value.shape();
        if (from.equals(target)) {
            return value;
        }
        if (!target.broadcastsTo(from)) {
            throw new IllegalArgumentException(value + " cannot be summed to " + target);
        }
        int shift = from.rank() - target.rank();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            if (axis < shift || (target.dim(axis - shift) == 1 && from.dim(axis) != 1)) {
                axes.add(axis);
            }
        }
        Value sum = axes.isEmpty() ? value : value.graph().apply(new Sum(axes, false), value);
        return sum.reshape(target);
    }
}
