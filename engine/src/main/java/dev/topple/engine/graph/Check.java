// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Checks that shape rules share; each refusal names the op and what it was given. */
final class Check {

    private Check() {}

    static void operands(Op op, List<TensorType> operands, int count) {
        require(operands.size() == count, op, "takes " + count + " operands", operands);
    }

    static void dtype(Op op, List<TensorType> operands, int operand, DType dtype) {
        require(operands.get(operand).dtype() == dtype, op,
                "operand " + operand + " must be " + name(dtype), operands);
    }

    static void rank(Op op, List<TensorType> operands, int operand, int rank) {
        require(operands.get(operand).shape().rank() == rank, op, "operand " + operand + " must have " + rank + " axes",
                operands);
    }

    static void floats(Op op, List<TensorType> operands, int count) {
        operands(op, operands, count);
        for (int i = 0; i < count; i++) {
            dtype(op, operands, i, DType.F32);
        }
    }

    /** The common shape of two operands after broadcasting. */
    static Shape broadcast(Op op, Shape a, Shape b) {
        try {
            return Shape.broadcast(a, b);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(op + ": " + e.getMessage(), e);
        }
    }

    static void require(boolean condition, Op op, String complaint, List<TensorType> operands) {
        if (!condition) {
            throw new IllegalArgumentException(op + ": " + complaint + ", but the operands are " + operands);
        }
    }

    private static String name(DType dtype) {
        return dtype.name().toLowerCase(java.util.Locale.ROOT);
    }
}
