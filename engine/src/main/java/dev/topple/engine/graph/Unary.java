// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Elementwise ops of one operand; on floats unless they say otherwise. */
public sealed interface Unary extends Elementwise {

    @Override
    default List<TensorType> results(List<TensorType> operands) {
        Check.floats(this, operands, 1);
        return operands;
    }

    /** -x. */
    record Negate() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).negate());
        }
    }

    /** |x|; the gradient at 0 is 0. */
    record Abs() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).times(adjoint.operand(0).sign()));
        }
    }

    /** e to the power of x. */
    record Exp() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).times(adjoint.result(0)));
        }
    }

    /** The natural logarithm: -infinity at 0, NaN below. */
    record Log() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).dividedBy(adjoint.operand(0)));
        }
    }

    /** The square root: NaN below 0. */
    record Sqrt() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).times(0.5).dividedBy(adjoint.result(0)));
        }
    }

    /** x to the power of a constant, as C's {@code powf} defines it. */
    record Power(float exponent) implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            // A constant has the gradient zero, also at 0, where the formula gives NaN.
            if (exponent != 0) {
                adjoint.add(0, () -> adjoint.of(0).times(adjoint.operand(0).power(exponent - 1.0).times(exponent)));
            }
        }
    }

    /** x where positive, else 0 (NaN stays NaN). */
    record Relu() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(new Binary.ReluGradient(), adjoint.of(0), adjoint.result(0)));
        }
    }

    /** 1 / (1 + e^-x). */
    record Sigmoid() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            Value y = adjoint.result(0);
            adjoint.add(0, () -> adjoint.of(0).times(y.minus(y.square())));
        }
    }

    /** The hyperbolic tangent. */
    record Tanh() implements Unary {
        @Override
        public void gradient(Adjoint adjoint) {
            Value y = adjoint.result(0);
            adjoint.add(0, () -> adjoint.of(0).minus(adjoint.of(0).times(y.square())));
        }
    }

    /** -1, 0 or 1 (NaN stays NaN). Constant almost everywhere: no gradient. */
    record Sign() implements Unary {
        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("Sign has no gradient");
        }
    }

    /** The nearest number in [low, high]; NaN stays NaN. The gradient passes where low <= x <= high. */
    record Clamp(float low, float high) implements Unary {
        public Clamp {
            if (!(low <= high)) {
                throw new IllegalArgumentException("Clamp: low " + low + " is not at most high " + high);
            }
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value x = adjoint.operand(0);
            adjoint.add(0, () -> adjoint.graph().apply(new Binary.ClampGradient(low, high), adjoint.of(0), x));
        }
    }

    /** The same values; no gradient passes. */
    record StopGradient() implements Unary {
        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("StopGradient lets no gradient pass");
        }
    }

    /** True where false, on truth values. */
    record Not() implements Unary {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Check.dtype(this, operands, 0, DType.BOOL);
            return operands;
        }

        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("Not has no gradient");
        }
    }

    /**
     * The same values as another type: truth gives 0 and 1, floats are truncated towards 0 (NaN to 0), numbers are true
     * where not 0. Takes any type. No gradient.
     */
    record Cast(DType to) implements Unary {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            return List.of(operands.get(0).withDtype(to));
        }

        @Override
        public boolean differentiable() {
            return false;
        }

        @Override
        public void gradient(Adjoint adjoint) {
            throw new IllegalStateException("Cast has no gradient");
        }
    }
}
