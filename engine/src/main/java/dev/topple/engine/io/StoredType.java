// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.tensor.DType;

/**
 * How a file stores elements. The constant's name is the name that safetensors uses. Reading gives one of the engine's
 * three types: floats become f32 (rounded to nearest), integers i32 (refused where one does not fit).
 */
public enum StoredType {
    /** 64-bit floating point. */
    F64(8, DType.F32, "f8"),
    /** 32-bit floating point. */
    F32(4, DType.F32, "f4"),
    /** 16-bit floating point, IEEE 754 binary16. */
    F16(2, DType.F32, "f2"),
    /** The upper half of a 32-bit floating-point number. */
    BF16(2, DType.F32, ""),
    /** 64-bit signed integer. */
    I64(8, DType.I32, "i8"),
    /** 32-bit signed integer. */
    I32(4, DType.I32, "i4"),
    /** 16-bit signed integer. */
    I16(2, DType.I32, "i2"),
    /** 8-bit signed integer. */
    I8(1, DType.I32, "i1"),
    /** 64-bit unsigned integer. */
    U64(8, DType.I32, "u8"),
    /** 32-bit unsigned integer. */
    U32(4, DType.I32, "u4"),
    /** 16-bit unsigned integer. */
    U16(2, DType.I32, "u2"),
    /** 8-bit unsigned integer. */
    U8(1, DType.I32, "u1"),
    /** A byte that is 0 or 1. */
    BOOL(1, DType.BOOL, "b1");

    private final int bytes;
    private final DType dtype;
    private final String numpy;

    StoredType(int bytes, DType dtype, String numpy) {
        this.bytes = bytes;
        this.dtype = dtype;
        this.numpy = numpy;
    }

    /** The size of one element in the file. */
    public int bytes() {
        return bytes;
    }

    /** What reading gives. */
    public DType dtype() {
        return dtype;
    }

    /** NumPy's code without the byte order, such as {@code f4}; empty where NumPy has none. */
    public String numpy() {
        return numpy;
    }

    /** The type that stores elements as they are. */
    public static StoredType of(DType dtype) {
        return switch (dtype) {
            case F32 -> F32;
            case I32 -> I32;
            case BOOL -> BOOL;
        };
    }
}
