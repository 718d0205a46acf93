// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * The matrix product over the last two axes of operands (a, b), each transposed first if so asked; leading axes
 * broadcast by NumPy's rules.
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Op {

    @Override
    public List<TensorType> results(List<TensorType> operands) {
        Check.floats(this, operands, 2);
        Shape a = operands.get(0).shape();
        Shape b = operands.get(1).shape();
        Check.require(a.rank() >= 2 && b.rank() >= 2, this, "both operands need two axes or more", operands);
        int m = a.dim(transposeA ? -1 : -2);
        int k = a.dim(transposeA ? -2 : -1);
        int n = b.dim(transposeB ? -2 : -1);
        Check.require(k == b.dim(transposeB ? -1 : -2), this, "the inner sizes differ", operands);
        Shape batch = Check.broadcast(this, batch(a), batch(b));
        int[] dims = java.util.Arrays.copyOf(batch.dims(), batch.rank() + 2);
        dims[batch.rank()] = m;
        dims[batch.rank() + 1] = n;
        return List.of(TensorType.f32(dims));
    }

    /** The leading axes. */
    public static Shape batch(Shape shape) {
        return Shape.of(java.util.Arrays.copyOf(shape.dims(), shape.rank() - 2));
    }

    @Override
    public void gradient(Adjoint adjoint) {
        Value a = adjoint.operand(0);
        Value b = adjoint.operand(1);
        Value g = adjoint.of(0);
        // With C = op(A) op(B): dA is g op(B)', transposed if A was; dB is op(A)' g, transposed if B was.
        adjoint.add(0, () -> transposeA
                ? g.graph().apply(new MatMul(transposeB, true), b, g)
                : g.graph().apply(new MatMul(false, !transposeB), g, b));
        adjoint.add(1, () -> transposeB
                ? g.graph().apply(new MatMul(true, transposeA), g, a)
                : g.graph().apply(new MatMul(!transposeA, false), a, g));
    }
}
