// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Elementwise ops of two operands of one type. */
public sealed interface Binary extends Elementwise {

    @Override
    default List<TensorType> results(List<TensorType> operands) {
        return List.of(common(operands));
    }

    private TensorType common(List<TensorType> operands) {
        Check.operands(this, operands, 2);
        TensorType a = operands.get(0);
        TensorType b = operands.get(1);
        boolean logical = this instanceof And || this instanceof Or;
        boolean comparable = this instanceof Compare;
        boolean integers = comparable || this instanceof Add || this instanceof Subtract || this instanceof Multiply
                || this instanceof Maximum || this instanceof Minimum;
        boolean fits = switch (a.dtype()) {
            case F32 -> !logical;
            case I32 -> integers;
            case BOOL -> logical || comparable;
        };
        Check.require(fits && a.dtype() == b.dtype(), this, "types do not fit", operands);
        return a.withShape(Check.broadcast(this, a.shape(), b.shape()));
    }

    /** a + b; on floats and integers. */
    record Add() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0));
            adjoint.add(1, () -> adjoint.of(0));
        }
    }

    /** a - b; on floats and integers. */
    record Subtract() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0));
            adjoint.add(1, () -> adjoint.of(0).negate());
        }
    }

    /** a b; on floats and integers. */
    record Multiply() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).times(adjoint.operand(1)));
            adjoint.add(1, () -> adjoint.of(0).times(adjoint.operand(0)));
        }
    }

    /** a / b. */
    record Divide() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.of(0).dividedBy(adjoint.operand(1)));
            adjoint.add(1, () -> adjoint.of(0).times(adjoint.result(0)).dividedBy(adjoint.operand(1)).negate());
        }
    }

    /** The larger; NaN if either is. On floats and integers. A tie shares the gradient in halves. */
    record Maximum() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            extremum(adjoint, Relation.GREATER);
        }
    }

    /** The smaller; NaN if either is. On floats and integers. A tie shares the gradient in halves. */
    record Minimum() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            extremum(adjoint, Relation.LESS);
        }
    }

    private static void extremum(Adjoint adjoint, Relation wins) {
        Value a = adjoint.operand(0);
        Value b = adjoint.operand(1);
        Value g = adjoint.of(0);
        Value zero = adjoint.graph().fill(Shape.scalar(), 0);
        Value tie = a.compare(Relation.EQUAL, b).choose(g.times(0.5), zero);
        adjoint.add(0, () -> a.compare(wins, b).choose(g, tie));
        adjoint.add(1, () -> b.compare(wins, a).choose(g, tie));
    }

    /** Operands (g, y): g where y is positive, else 0. The gradient of Relu, from its gradient g and its result y. */
    record ReluGradient() implements Binary {
        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(this, adjoint.of(0), adjoint.operand(1)));
            adjoint.add(1, () -> adjoint.graph().zeros(adjoint.operand(1).type()));
        }
    }

    /** Operands (g, x): g where low <= x <= high, else 0. Clamp's gradient, from its gradient g and its operand x. */
    record ClampGradient(float low, float high) implements Binary {
        public ClampGradient {
            if (!(low <= high)) {
                throw new IllegalArgumentException("ClampGradient: low " + low + " is not at most high " + high);
            }
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(this, adjoint.of(0), adjoint.operand(1)));
            // A step function: no gradient by x, but one of its shape, as ReluGradient gives.
            adjoint.add(1, () -> adjoint.graph().zeros(adjoint.operand(1).type()));
        }
    }

    /** Both true. */
    record And() implements Logical {}

    /** One or both true. */
    record Or() implements Logical {}

    /** Whether a relation holds: truth values from operands of one type (truth values: only equal or not). */
    record Compare(Relation relation) implements Logical {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            TensorType common = Logical.super.results(operands).get(0);
            Check.require(common.dtype() != DType.BOOL || relation == Relation.EQUAL || relation == Relation.NOT_EQUAL,
                    this, "truth values have no order", operands);
            return List.of(common.withDtype(DType.BOOL));
        }
    }

    /** What gives truth has no gradient. */
    sealed interface Logical extends Binary permits And, Or, Compare {
        @Override
        default boolean differentiable() {
            return false;
        }

        @Override
        default void gradient(Adjoint adjoint) {
            throw new IllegalStateException(mnemonic() + " has no gradient");
        }
    }
}
