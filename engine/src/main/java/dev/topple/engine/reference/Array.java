// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/** Values of the device, row-major: as a {@link Tensor}, but with floats in 64 bits. */
final class Array {

    private final TensorType type;
    private final Object data;

    private Array(DType dtype, Shape shape, Object data, int length) {
        if (length != shape.size()) {
            throw new IllegalArgumentException(
                    "shape " + shape + " needs " + shape.size() + " elements, but there are " + length);
        }
        this.type = new TensorType(dtype, shape);
        this.data = data;
    }

    static Array of(Shape shape, double[] values) {
        return new Array(DType.F32, shape, values, values.length);
    }

    static Array of(Shape shape, int[] values) {
        return new Array(DType.I32, shape, values, values.length);
    }

    static Array of(Shape shape, boolean[] values) {
        return new Array(DType.BOOL, shape, values, values.length);
    }

    static Array zeros(Shape shape) {
        return of(shape, new double[shape.size()]);
    }

    /** A copy of host values. */
    static Array copyOf(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F32 -> {
                double[] values = new double[tensor.shape().size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = tensor.floats()[i];
                }
                yield of(tensor.shape(), values);
            }
            case I32 -> of(tensor.shape(), tensor.ints().clone());
            case BOOL -> of(tensor.shape(), tensor.booleans().clone());
        };
    }

    TensorType type() {
        return type;
    }

    DType dtype() {
        return type.dtype();
    }

    Shape shape() {
        return type.shape();
    }

    int size() {
        return type.shape().size();
    }

    double[] doubles() {
        return (double[]) data;
    }

    int[] ints() {
        return (int[]) data;
    }

    boolean[] booleans() {
        return (boolean[]) data;
    }

    /** The same elements under another shape. */
    Array reshape(Shape shape) {
        return new Array(dtype(), shape, data, size());
    }

    /** An array of the given shape: element i is the element {@code sources[i]} of this. */
    Array select(Shape shape, int[] sources) {
        switch (dtype()) {
            case F32 -> {
                double[] values = new double[sources.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = doubles()[sources[i]];
                }
                return of(shape, values);
            }
            case I32 -> {
                int[] values = new int[sources.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = ints()[sources[i]];
                }
                return of(shape, values);
            }
            case BOOL -> {
                boolean[] values = new boolean[sources.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = booleans()[sources[i]];
                }
                return of(shape, values);
            }
        }
        throw new IllegalStateException("no such type: " + dtype());
    }

    /** This, broadcast to a larger shape by NumPy's rules. */
    Array broadcastTo(Shape to) {
        return select(to, sources(to, shape().broadcastStrides(to), 0));
    }

    /** For each element of a shape, in row-major order: {@code offset} plus its position times {@code strides}. */
    static int[] sources(Shape shape, int[] strides, int offset) {
        int[] sources = new int[shape.size()];
        int[] rowMajor = shape.strides();
        for (int i = 0; i < sources.length; i++) {
            int source = offset;
            for (int axis = 0; axis < strides.length; axis++) {
                source += i / rowMajor[axis] % shape.dim(axis) * strides[axis];
            }
            sources[i] = source;
        }
        return sources;
    }

    /** Rounds to host values; the types must agree. */
    void copyTo(Tensor into) {
        switch (dtype()) {
            case F32 -> {
                for (int i = 0; i < size(); i++) {
                    into.floats()[i] = (float) doubles()[i];
                }
            }
            case I32 -> System.arraycopy(ints(), 0, into.ints(), 0, size());
            case BOOL -> System.arraycopy(booleans(), 0, into.booleans(), 0, size());
        }
    }

    /** Host values, rounded to floats. */
    Tensor toTensor() {
        Tensor tensor = Tensor.zeros(type);
        copyTo(tensor);
        return tensor;
    }
}
