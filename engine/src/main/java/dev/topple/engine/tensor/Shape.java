// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The sizes of a tensor's axes, outermost first. Rank 0 is a scalar. Sizes are at least 0, and their product fits an
 * {@code int}, because every device indexes with one.
 */
public final class Shape {

    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        this.dims = dims;
        long product = 1;
        for (int dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(dims) + " has a negative size");
            }
            product = Math.multiplyExact(product, (long) dim);
            if (product > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(dims) + " has more elements than an array can hold");
            }
        }
        this.size = (int) product;
    }

    /** A shape of the given sizes; none for a scalar. */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** A shape of the given sizes. */
    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The shape without axes: one element. */
    public static Shape scalar() {
        return SCALAR;
    }

    /** The number of axes. */
    public int rank() {
        return dims.length;
    }

    /** The size of an axis; negative axes count from the last, -1 being the last. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    /** A copy of the sizes. */
    public int[] dims() {
        return dims.clone();
    }

    /** Resolves an axis that may be negative; refuses one that is out of range. */
    public int axis(int axis) {
        int resolved = axis < 0 ? axis + dims.length : axis;
        if (resolved < 0 || resolved >= dims.length) {
            throw new IllegalArgumentException("axis " + axis + " is out of range for shape " + this);
        }
        return resolved;
    }

    /** The same shape with one axis of another size. */
    public Shape with(int axis, int newSize) {
        int[] copy = dims.clone();
        copy[axis(axis)] = newSize;
        return of(copy);
    }

    /** The product of the sizes of the axes from {@code from} (inclusive) to {@code to} (exclusive). */
    public int product(int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= dims[axis];
        }
        return product;
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= dims[axis];
        }
        return strides;
    }

    /** Row-major strides for reading this shape as the larger {@code to}: 0 along each axis that is broadcast. */
    public int[] broadcastStrides(Shape to) {
        int[] own = strides();
        int[] strides = new int[to.rank()];
        int shift = to.rank() - rank();
        if (shift < 0) {
            throw new IllegalArgumentException("shape " + this + " does not broadcast to " + to);
        }
        for (int axis = 0; axis < dims.length; axis++) {
            int target = to.dims[axis + shift];
            if (dims[axis] != target && dims[axis] != 1) {
                throw new IllegalArgumentException("shape " + this + " does not broadcast to " + to);
            }
            strides[axis + shift] = dims[axis] == 1 ? 0 : own[axis];
        }
        return strides;
    }

    /** Whether this shape broadcasts to another by NumPy's rules (axes aligned at the last, size 1 repeats). */
    public boolean broadcastsTo(Shape to) {
        int shift = to.rank() - rank();
        if (shift < 0) {
            return false;
        }
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] != to.dims[axis + shift] && dims[axis] != 1) {
                return false;
            }
        }
        return true;
    }

    /** The shape that two operands have in common after broadcasting by NumPy's rules. */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] dims = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast together");
            }
            dims[rank - i] = x == 1 ? y : x;
        }
        return of(dims);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dims, that.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x", "[", "]"));
    }
}
