// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

/** The type of elements together with a shape: all that is known of a value before it is computed. */
public record TensorType(DType dtype, Shape shape) {

    /** A float32 type of the given sizes. */
    public static TensorType f32(int... dims) {
        return new TensorType(DType.F32, Shape.of(dims));
    }

    /** An int32 type of the given sizes. */
    public static TensorType i32(int... dims) {
        return new TensorType(DType.I32, Shape.of(dims));
    }

    /** A bool type of the given sizes. */
    public static TensorType bool(int... dims) {
        return new TensorType(DType.BOOL, Shape.of(dims));
    }

    /** The same shape with other elements. */
    public TensorType withDtype(DType other) {
        return new TensorType(other, shape);
    }

    /** The same elements in another shape. */
    public TensorType withShape(Shape other) {
        return new TensorType(dtype, other);
    }

    @Override
    public String toString() {
        return dtype.name().toLowerCase(java.util.Locale.ROOT) + shape;
    }
}
