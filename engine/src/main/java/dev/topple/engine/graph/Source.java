// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.List;

/** Ops without operands: where values come from. */
public sealed interface Source extends Op {

    /** The type of the one result. */
    TensorType type();

    @Override
    default List<TensorType> results(List<TensorType> operands) {
        Check.operands(this, operands, 0);
        return List.of(type());
    }

    @Override
    default boolean differentiable() {
        return false;
    }

    @Override
    default void gradient(Adjoint adjoint) {
        throw new IllegalStateException(mnemonic() + " has no operands");
    }

    /** Fed by name to each run. */
    record Input(String name, TensorType type) implements Source {}

    /** The value of a variable before the run. */
    record Read(Variable variable) implements Source {
        @Override
        public TensorType type() {
            return variable.type();
        }
    }

    /** One float, repeated. */
    record Fill(Shape shape, float value) implements Source {
        @Override
        public TensorType type() {
            return TensorType.f32().withShape(shape);
        }
    }

    /** A tensor that is part of the graph. Equal if the bits are. */
    final class Constant implements Source {

        private final Tensor tensor;

        private Constant(Tensor tensor) {
            this.tensor = tensor;
        }

        /** A constant with a copy of the given values. */
        public static Constant of(Tensor tensor) {
            return new Constant(tensor.copy());
        }

        /** The values; not to be written to. */
        public Tensor tensor() {
            return tensor;
        }

        @Override
        public TensorType type() {
            return tensor.type();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Constant that && tensor.sameBits(that.tensor);
        }

        @Override
        public int hashCode() {
            return switch (tensor.dtype()) {
                case F32 -> java.util.Arrays.hashCode(tensor.floats());
                case I32 -> java.util.Arrays.hashCode(tensor.ints());
                case BOOL -> java.util.Arrays.hashCode(tensor.booleans());
            };
        }

        @Override
        public String toString() {
            return "Constant[" + type() + "]";
        }
    }
}
