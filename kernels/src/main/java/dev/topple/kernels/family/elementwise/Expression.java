// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group of elementwise ops computes for one element. Values are numbered: first the operands, then the steps.
 *
 * @param operands the types of the operands
 * @param steps what is computed, in order
 * @param results the numbers of the values that leave the group
 */
public record Expression(List<DType> operands, List<Step> steps, List<Integer> results) {

    /** One value. */
    public sealed interface Step {

        /** Its type. */
        DType dtype();

        /** The same for all elements; truth values are 0 and 1. */
        record Constant(DType dtype, int bits) implements Step {}

        /** An op on values with smaller numbers. */
        record Apply(Elementwise op, DType dtype, List<Integer> arguments) implements Step {
            public Apply {
                arguments = List.copyOf(arguments);
            }
        }
    }

    public Expression {
        operands = List.copyOf(operands);
        steps = List.copyOf(steps);
        results = List.copyOf(results);
        if (results.isEmpty()) {
            throw new IllegalArgumentException("a group of elementwise ops needs a result");
        }
        int values = operands.size() + steps.size();
        for (int result : results) {
            if (result < 0 || result >= values) {
                throw new IllegalArgumentException("a group of " + values + " values has no value " + result);
            }
        }
    }

    /** The type of a value. */
    public DType type(int value) {
        return value < operands.size() ? operands.get(value) : steps.get(value - operands.size()).dtype();
    }

    /** Writes an expression down. All operands come first. */
    public static final class Builder {

        private final List<DType> operands = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private final List<Integer> results = new ArrayList<>();

        /** The next operand's number. */
        public int operand(DType dtype) {
            if (!steps.isEmpty()) {
                throw new IllegalStateException("operands come before steps");
            }
            operands.add(dtype);
            return operands.size() - 1;
        }

        /** A float. */
        public int constant(float value) {
            return step(new Step.Constant(DType.F32, Float.floatToRawIntBits(value)));
        }

        /** An integer or a truth value. */
        public int constant(DType dtype, int bits) {
            return step(new Step.Constant(dtype, bits));
        }

        /**
         * An op on values.
         *
         * @throws IllegalArgumentException if the types do not fit the op
         */
        public int apply(Elementwise op, int... arguments) {
            List<TensorType> types = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            for (int argument : arguments) {
                DType dtype = argument < operands.size() ? operands.get(argument)
                        : steps.get(argument - operands.size()).dtype();
                types.add(TensorType.f32().withDtype(dtype));
                numbers.add(argument);
            }
            return step(new Step.Apply(op, op.results(types).get(0).dtype(), numbers));
        }

        private int step(Step step) {
            steps.add(step);
            return operands.size() + steps.size() - 1;
        }

        /** Lets a value leave the group. */
        public Builder result(int value) {
            results.add(value);
            return this;
        }

        public Expression build() {
            return new Expression(operands, steps, results);
        }
    }
}
