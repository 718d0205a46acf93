// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that move elements without changing them; on any type. */
public sealed interface Layout extends Op {

    /** The same elements, in row-major order, in another shape. */
    record Reshape(Shape shape) implements Layout {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Check.require(operands.get(0).shape().size() == shape.size(), this, "the number of elements differs",
                    operands);
            return List.of(operands.get(0).withShape(shape));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).reshape(adjoint.operand(0).shape()));
        }
    }

    /** The axes in another order: axis i of the result is axis {@code order[i]} of the operand. */
    record Transpose(List<Integer> order) implements Layout {
        public Transpose {
            order = List.copyOf(order);
        }

        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Shape x = operands.get(0).shape();
            List<Integer> sorted = order.stream().sorted().toList();
            boolean permutation = sorted.size() == x.rank();
            for (int i = 0; permutation && i < sorted.size(); i++) {
                permutation = sorted.get(i) == i;
            }
            Check.require(permutation, this, "the order must name every axis once", operands);
            return List.of(operands.get(0).withShape(Shape.of(order.stream().map(x::dim).toList())));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Integer[] inverse = new Integer[order.size()];
            for (int i = 0; i < inverse.length; i++) {
                inverse[order.get(i)] = i;
            }
            adjoint.add(0, () -> adjoint.graph().apply(new Transpose(Arrays.asList(inverse)), adjoint.of(0)));
        }
    }

    /** Repeated along axes of size 1 and along new leading axes. */
    record BroadcastTo(Shape shape) implements Layout {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Check.require(operands.get(0).shape().broadcastsTo(shape), this, "the shape does not broadcast", operands);
            return List.of(operands.get(0).withShape(shape));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0));
        }
    }

    /** One after the other along an axis; one operand or more. */
    record Concat(int axis) implements Layout {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.require(!operands.isEmpty(), this, "nothing to join", operands);
            TensorType first = operands.get(0);
            Check.require(axis >= 0 && axis < first.shape().rank(), this, "there is no such axis", operands);
            int size = 0;
            for (TensorType operand : operands) {
                Check.require(operand.shape().rank() == first.shape().rank()
                        && operand.withShape(operand.shape().with(axis, 0))
                                .equals(first.withShape(first.shape().with(axis, 0))),
                        this, "operands may differ along the axis alone", operands);
                size += operand.shape().dim(axis);
            }
            return List.of(first.withShape(first.shape().with(axis, size)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            int from = 0;
            for (int i = 0; i < adjoint.operands(); i++) {
                int start = from;
                int size = adjoint.operand(i).shape().dim(axis);
                adjoint.add(i, () -> slice(adjoint.of(0), axis, start, start + size));
                from += size;
            }
        }
    }

    /** A box: {@code sizes[i]} elements from {@code starts[i]} along axis i. */
    record Slice(List<Integer> starts, List<Integer> sizes) implements Layout {
        public Slice {
            starts = List.copyOf(starts);
            sizes = List.copyOf(sizes);
        }

        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Shape x = operands.get(0).shape();
            boolean inside = starts.size() == x.rank() && sizes.size() == x.rank();
            for (int i = 0; inside && i < x.rank(); i++) {
                inside = starts.get(i) >= 0 && sizes.get(i) >= 0 && starts.get(i) <= x.dim(i) - sizes.get(i);
            }
            Check.require(inside, this, "the box reaches outside", operands);
            return List.of(operands.get(0).withShape(Shape.of(sizes)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape x = adjoint.operand(0).shape();
            List<Integer> after = new ArrayList<>();
            for (int i = 0; i < x.rank(); i++) {
                after.add(x.dim(i) - starts.get(i) - sizes.get(i));
            }
            adjoint.add(0, () -> adjoint.graph().apply(new Pad(starts, after, 0), adjoint.of(0)));
        }
    }

    /** A frame of one value around a float tensor: {@code before[i]} and {@code after[i]} elements along axis i. */
    record Pad(List<Integer> before, List<Integer> after, float value) implements Layout {
        public Pad {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }

        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            Shape x = operands.get(0).shape();
            Check.require(before.size() == x.rank() && after.size() == x.rank()
                    && before.stream().allMatch(size -> size >= 0) && after.stream().allMatch(size -> size >= 0),
                    this, "each axis needs two sizes of at least 0", operands);
            List<Integer> dims = new ArrayList<>();
            for (int i = 0; i < x.rank(); i++) {
                dims.add(before.get(i) + x.dim(i) + after.get(i));
            }
            return List.of(operands.get(0).withShape(Shape.of(dims)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            List<Integer> sizes = list(adjoint.operand(0).shape().dims());
            adjoint.add(0, () -> adjoint.graph().apply(new Slice(before, sizes), adjoint.of(0)));
        }
    }

    /** The sizes as a list. */
    static List<Integer> list(int... sizes) {
        return Arrays.stream(sizes).boxed().toList();
    }

    /** The elements {@code from} (inclusive) to {@code to} (exclusive) along one axis. */
    static Value slice(Value value, int axis, int from, int to) {
        int[] starts = new int[value.shape().rank()];
        int[] sizes = value.shape().dims();
        starts[value.shape().axis(axis)] = from;
        sizes[value.shape().axis(axis)] = to - from;
        return value.graph().apply(new Slice(list(starts), list(sizes)), value);
    }

    /** Values joined along an axis. */
    static Value concat(int axis, List<Value> values) {
        Value first = values.get(0);
        return first.graph().apply(new Concat(first.shape().axis(axis)), values.toArray(Value[]::new));
    }

    /** A frame of one value around floats; sizes per axis, before and after. */
    static Value pad(Value value, int[] before, int[] after, double with) {
        if (value.dtype() != DType.F32) {
            throw new IllegalArgumentException("Pad takes floats, but the operand is " + value.type());
        }
        return value.graph().apply(new Pad(list(before), list(after), (float) with), value);
    }
}
