// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Ops that choose elements by i32 indices. */
public sealed interface Indexing extends Op {

    /**
     * Operands (floats, indices): the slices along an axis that the indices name; the shape of the indices takes the
     * place of the axis. An index out of range gives NaN, so that it is noticed.
     */
    record Gather(int axis) implements Indexing {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            indexed(this, operands);
            Shape x = operands.get(0).shape();
            Check.require(axis >= 0 && axis < x.rank(), this, "there is no such axis", operands);
            return List.of(operands.get(0).withShape(replaced(x, axis, operands.get(1).shape())));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            int size = adjoint.operand(0).shape().dim(axis);
            adjoint.add(0, () -> adjoint.graph().apply(new ScatterAdd(axis, size), adjoint.of(0), adjoint.operand(1)));
        }
    }

    /**
     * Operands (floats, indices): the adjoint of {@link Gather}, which adds each slice to the place along an axis of
     * the given size that its index names, in ascending order of the indices' positions. An index out of range adds
     * nothing (and the gradient there, a Gather, is NaN).
     */
    record ScatterAdd(int axis, int size) implements Indexing {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            indexed(this, operands);
            Shape g = operands.get(0).shape();
            Shape indices = operands.get(1).shape();
            boolean fits = axis >= 0 && axis + indices.rank() <= g.rank();
            for (int i = 0; fits && i < indices.rank(); i++) {
                fits = g.dim(axis + i) == indices.dim(i);
            }
            Check.require(fits, this, "the indices do not fit", operands);
            List<Integer> dims = new ArrayList<>(Layout.list(g.dims()));
            dims.subList(axis, axis + indices.rank()).clear();
            dims.add(axis, size);
            return List.of(operands.get(0).withShape(Shape.of(dims)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(new Gather(axis), adjoint.of(0), adjoint.operand(1)));
        }
    }

    /**
     * Operand (indices): floats with a new axis of size {@code depth}, 1 where the position along it is the index, else
     * 0. An index out of range gives zeros alone. No gradient.
     */
    record OneHot(int axis, int depth) implements Indexing {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Check.dtype(this, operands, 0, DType.I32);
            Shape x = operands.get(0).shape();
            Check.require(axis >= 0 && axis <= x.rank(), this, "there is no such place for an axis", operands);
            List<Integer> dims = new ArrayList<>(Layout.list(x.dims()));
            dims.add(axis, depth);
            return List.of(new TensorType(DType.F32, Shape.of(dims)));
        }

        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("OneHot has no gradient");
        }
    }

    private static void indexed(Op op, List<TensorType> operands) {
        Check.operands(op, operands, 2);
        Check.dtype(op, operands, 0, DType.F32);
        Check.dtype(op, operands, 1, DType.I32);
    }

    private static Shape replaced(Shape shape, int axis, Shape by) {
        List<Integer> dims = new ArrayList<>(Layout.list(shape.dims()));
        dims.remove(axis);
        dims.addAll(axis, Layout.list(by.dims()));
        return Shape.of(dims);
    }

    /** The slices of floats along an axis that the indices name. */
    static Value gather(Value values, Value indices, int axis) {
        return values.graph().apply(new Gather(values.shape().axis(axis)), values, indices);
    }

    /** The rows of a table {@code [entries, width]} that the indices name. */
    static Value embedding(Value table, Value indices) {
        return gather(table, indices, 0);
    }
}
