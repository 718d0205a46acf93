// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

import java.util.Arrays;

/**
 * Values in host memory, row-major. A tensor wraps its array, it does not copy it: whoever holds the array sees later
 * changes. Graphs, programs and devices copy what they are given.
 */
public final class Tensor {

    private final TensorType type;
    private final Object data;

    private Tensor(TensorType type, Object data, int length) {
        if (length != type.shape().size()) {
            throw new IllegalArgumentException("a tensor " + type + " needs " + type.shape().size()
                    + " elements, but the array has " + length);
        }
        this.type = type;
        this.data = data;
    }

    /** Wraps floats. */
    public static Tensor of(Shape shape, float... values) {
        return new Tensor(new TensorType(DType.F32, shape), values, values.length);
    }

    /** Wraps integers. */
    public static Tensor of(Shape shape, int... values) {
        return new Tensor(new TensorType(DType.I32, shape), values, values.length);
    }

    /** Wraps truth values. */
    public static Tensor of(Shape shape, boolean... values) {
        return new Tensor(new TensorType(DType.BOOL, shape), values, values.length);
    }

    /** A scalar. */
    public static Tensor scalar(float value) {
        return of(Shape.scalar(), value);
    }

    /** All zero, or all false. */
    public static Tensor zeros(TensorType type) {
        int size = type.shape().size();
        return switch (type.dtype()) {
            case F32 -> of(type.shape(), new float[size]);
            case I32 -> of(type.shape(), new int[size]);
            case BOOL -> of(type.shape(), new boolean[size]);
        };
    }

    /** Floats that all have one value. */
    public static Tensor filled(Shape shape, float value) {
        float[] values = new float[shape.size()];
        Arrays.fill(values, value);
        return of(shape, values);
    }

    /** Elements and shape. */
    public TensorType type() {
        return type;
    }

    /** The type of the elements. */
    public DType dtype() {
        return type.dtype();
    }

    /** The shape. */
    public Shape shape() {
        return type.shape();
    }

    /** The wrapped floats; refuses a tensor of another type. */
    public float[] floats() {
        return (float[]) require(DType.F32);
    }

    /** The wrapped integers; refuses a tensor of another type. */
    public int[] ints() {
        return (int[]) require(DType.I32);
    }

    /** The wrapped truth values; refuses a tensor of another type. */
    public boolean[] booleans() {
        return (boolean[]) require(DType.BOOL);
    }

    private Object require(DType dtype) {
        if (type.dtype() != dtype) {
            throw new IllegalStateException("a tensor " + type + " was read as " + dtype);
        }
        return data;
    }

    /** The same array under another shape of as many elements. */
    public Tensor reshape(Shape shape) {
        return new Tensor(type.withShape(shape), data, type.shape().size());
    }

    /** A copy with an array of its own. */
    public Tensor copy() {
        return switch (type.dtype()) {
            case F32 -> of(shape(), floats().clone());
            case I32 -> of(shape(), ints().clone());
            case BOOL -> of(shape(), booleans().clone());
        };
    }

    /** Whether type and every element agree; floats by their bits, so NaN equals NaN and 0 differs from -0. */
    public boolean sameBits(Tensor other) {
        return type.equals(other.type) && switch (type.dtype()) {
            case F32 -> sameBits(floats(), other.floats());
            case I32 -> Arrays.equals(ints(), other.ints());
            case BOOL -> Arrays.equals(booleans(), other.booleans());
        };
    }

    private static boolean sameBits(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return "Tensor " + type;
    }
}
