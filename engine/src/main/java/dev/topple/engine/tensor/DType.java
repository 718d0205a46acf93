// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

/** The type of a tensor's elements. */
public enum DType {
    /** 32-bit floating point (computed in 64 bits by the device {@code reference}). */
    F32,
    /** 32-bit signed integer: labels, indices, random keys. */
    I32,
    /** True or false. */
    BOOL
}
