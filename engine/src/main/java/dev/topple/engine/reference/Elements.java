// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;

/** Elementwise ops. */
final class Elements {

    private Elements() {}

    static Array evaluate(Elementwise op, List<Array> x, TensorType result) {
        return switch (op) {
            case Unary unary -> unary(unary, x.get(0));
            case Binary binary -> binary(binary, x.get(0).broadcastTo(result.shape()),
                    x.get(1).broadcastTo(result.shape()));
            case Elementwise.Where where -> where(x.get(0).broadcastTo(result.shape()),
                    x.get(1).broadcastTo(result.shape()), x.get(2).broadcastTo(result.shape()));
        };
    }

    private static Array unary(Unary op, Array x) {
        return switch (op) {
            case Unary.Negate negate -> map(x, v -> -v);
            case Unary.Abs abs -> map(x, Math::abs);
            case Unary.Exp exp -> map(x, StrictMath::exp);
            case Unary.Log log -> map(x, StrictMath::log);
            case Unary.Sqrt sqrt -> map(x, Math::sqrt);
            case Unary.Power power -> map(x, v -> power(v, power.exponent()));
            case Unary.Relu relu -> map(x, v -> v <= 0 ? 0 : v);
            case Unary.Sigmoid sigmoid -> map(x, v -> 1 / (1 + StrictMath.exp(-v)));
            case Unary.Tanh tanh -> map(x, StrictMath::tanh);
            case Unary.Sign sign -> map(x, v -> v > 0 ? 1 : v < 0 ? -1 : v);
            case Unary.Clamp clamp -> map(x, v -> v < clamp.low() ? clamp.low() : v > clamp.high() ? clamp.high() : v);
            case Unary.StopGradient stop -> x;
            case Unary.Not not -> {
                boolean[] y = new boolean[x.size()];
                for (int i = 0; i < y.length; i++) {
                    y[i] = !x.booleans()[i];
                }
                yield Array.of(x.shape(), y);
            }
            case Unary.Cast cast -> cast(x, cast.to());
        };
    }

    /** C's pow: as Java's, but 1 to any power is 1, and so is -1 to an infinite one. */
    private static double power(double x, double exponent) {
        return x == 1 || x == -1 && Double.isInfinite(exponent) ? 1 : StrictMath.pow(x, exponent);
    }

    private static Array cast(Array x, DType to) {
        int size = x.size();
        double[] doubles = new double[size];
        int[] ints = new int[size];
        boolean[] booleans = new boolean[size];
        for (int i = 0; i < size; i++) {
            switch (x.dtype()) {
                case F32 -> {
                    doubles[i] = x.doubles()[i];
                    // Java's conversion: towards 0, to the nearest int where there is none, NaN to 0.
                    ints[i] = (int) x.doubles()[i];
                    booleans[i] = x.doubles()[i] != 0;
                }
                case I32 -> {
                    doubles[i] = x.ints()[i];
                    ints[i] = x.ints()[i];
                    booleans[i] = x.ints()[i] != 0;
                }
                case BOOL -> {
                    doubles[i] = x.booleans()[i] ? 1 : 0;
                    ints[i] = x.booleans()[i] ? 1 : 0;
                    booleans[i] = x.booleans()[i];
                }
            }
        }
        return switch (to) {
            case F32 -> Array.of(x.shape(), doubles);
            case I32 -> Array.of(x.shape(), ints);
            case BOOL -> Array.of(x.shape(), booleans);
        };
    }

    /** Of operands that have the shape of the result. */
    private static Array binary(Binary op, Array a, Array b) {
        return switch (op) {
            case Binary.Add add -> map(a, b, (u, v) -> u + v, (u, v) -> u + v);
            case Binary.Subtract subtract -> map(a, b, (u, v) -> u - v, (u, v) -> u - v);
            case Binary.Multiply multiply -> map(a, b, (u, v) -> u * v, (u, v) -> u * v);
            case Binary.Divide divide -> map(a, b, (u, v) -> u / v);
            case Binary.Maximum maximum -> map(a, b, Math::max, Math::max);
            case Binary.Minimum minimum -> map(a, b, Math::min, Math::min);
            case Binary.ReluGradient gradient -> map(a, b, (g, y) -> y > 0 ? g : 0);
            case Binary.ClampGradient clamp -> map(a, b, (g, x) -> x >= clamp.low() && x <= clamp.high() ? g : 0);
            case Binary.And and -> truth(a.shape(), i -> a.booleans()[i] && b.booleans()[i]);
            case Binary.Or or -> truth(a.shape(), i -> a.booleans()[i] || b.booleans()[i]);
            case Binary.Compare compare -> compare(compare.relation(), a, b);
        };
    }

    private static Array compare(Relation relation, Array a, Array b) {
        return switch (a.dtype()) {
            case F32 -> truth(a.shape(), i -> holds(relation, a.doubles()[i], b.doubles()[i]));
            case I32 -> truth(a.shape(), i -> holds(relation, a.ints()[i], b.ints()[i]));
            case BOOL -> truth(a.shape(), i -> (a.booleans()[i] == b.booleans()[i]) == (relation == Relation.EQUAL));
        };
    }

    private static boolean holds(Relation relation, double a, double b) {
        return switch (relation) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_OR_EQUAL -> a >= b;
        };
    }

    private static Array where(Array condition, Array a, Array b) {
        return switch (a.dtype()) {
            case F32 -> {
                double[] y = new double[a.size()];
                for (int i = 0; i < y.length; i++) {
                    y[i] = condition.booleans()[i] ? a.doubles()[i] : b.doubles()[i];
                }
                yield Array.of(a.shape(), y);
            }
            case I32 -> {
                int[] y = new int[a.size()];
                for (int i = 0; i < y.length; i++) {
                    y[i] = condition.booleans()[i] ? a.ints()[i] : b.ints()[i];
                }
                yield Array.of(a.shape(), y);
            }
            case BOOL -> truth(a.shape(), i -> condition.booleans()[i] ? a.booleans()[i] : b.booleans()[i]);
        };
    }

    private static Array map(Array x, DoubleUnaryOperator f) {
        double[] y = new double[x.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = f.applyAsDouble(x.doubles()[i]);
        }
        return Array.of(x.shape(), y);
    }

    private static Array map(Array a, Array b, DoubleBinaryOperator f) {
        double[] y = new double[a.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = f.applyAsDouble(a.doubles()[i], b.doubles()[i]);
        }
        return Array.of(a.shape(), y);
    }

    private static Array map(Array a, Array b, DoubleBinaryOperator floats, IntBinaryOperator integers) {
        if (a.dtype() == DType.F32) {
            return map(a, b, floats);
        }
        int[] y = new int[a.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = integers.applyAsInt(a.ints()[i], b.ints()[i]);
        }
        return Array.of(a.shape(), y);
    }

    @FunctionalInterface
    private interface Truth {
        boolean at(int i);
    }

    private static Array truth(Shape shape, Truth truth) {
        boolean[] y = new boolean[shape.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = truth.at(i);
        }
        return Array.of(shape, y);
    }
}
