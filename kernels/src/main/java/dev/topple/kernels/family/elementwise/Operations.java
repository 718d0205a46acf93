// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.tensor.DType;
import java.util.List;

/**
 * Ops on single elements as PTX. Additions and multiplications are rounded one by one, never contracted, so that an op
 * has the same bits in every group; division and square root are exact. Truth values are 0 and 1 in integer registers.
 */
final class Operations {

    private static final String ZERO = number(0);
    private static final String ONE = number(1);
    private static final String NAN = "0f7FFFFFFF";

    private final PtxWriter ptx;

    Operations(PtxWriter ptx) {
        this.ptx = ptx;
    }

    private static String number(float value) {
        return String.format("0f%08X", Float.floatToRawIntBits(value));
    }

    /** A register with a constant. */
    String constant(Expression.Step.Constant constant) {
        String to = ptx.register(constant.dtype());
        if (constant.dtype() == DType.F32) {
            ptx.line("mov.f32 %s, 0f%08X", to, constant.bits());
        } else {
            ptx.line("mov.u32 %s, %d", to, constant.bits());
        }
        return to;
    }

    /** A register with the result of an op whose first argument has the given type. */
    String apply(Elementwise op, DType dtype, List<String> x) {
        return switch (op) {
            case Unary unary -> unary(unary, dtype, x.get(0));
            case Binary binary -> binary(binary, dtype, x.get(0), x.get(1));
            case Elementwise.Where where -> choose(truth(x.get(0)), x.get(1), x.get(2));
        };
    }

    private String unary(Unary op, DType dtype, String x) {
        return switch (op) {
            case Unary.Negate negate -> number("neg.f32", x);
            case Unary.Abs abs -> number("abs.f32", x);
            case Unary.Exp exp -> ptx.call("topple_exp", List.of(x));
            case Unary.Log log -> ptx.call("topple_log", List.of(x));
            case Unary.Sqrt sqrt -> number("sqrt.rn.f32", x);
            case Unary.Power power -> power(x, power.exponent());
            case Unary.Relu relu -> choose(holds("le.f32", x, ZERO), ZERO, x);
            case Unary.Sigmoid sigmoid -> ptx.call("topple_sigmoid", List.of(x));
            case Unary.Tanh tanh -> ptx.call("topple_tanh", List.of(x));
            case Unary.Sign sign -> choose(holds("gt.f32", x, ZERO), ONE,
                    choose(holds("lt.f32", x, ZERO), number(-1), x));
            case Unary.Clamp clamp -> choose(holds("lt.f32", x, number(clamp.low())), number(clamp.low()),
                    choose(holds("gt.f32", x, number(clamp.high())), number(clamp.high()), x));
            case Unary.StopGradient stop -> x;
            case Unary.Not not -> word("xor.b32", x, "1");
            case Unary.Cast cast -> cast(dtype, cast.to(), x);
        };
    }

    private String cast(DType from, DType to, String x) {
        return switch (to) {
            case F32 -> switch (from) {
                case F32 -> x;
                case I32 -> number("cvt.rn.f32.s32", x);
                case BOOL -> number("cvt.rn.f32.u32", x);
            };
            case I32 -> from == DType.F32 ? toInteger(x) : x;
            case BOOL -> switch (from) {
                case F32 -> bit(holds("neu.f32", x, ZERO));
                case I32 -> bit(holds("ne.s32", x, "0"));
                case BOOL -> x;
            };
        };
    }

    /** Rounds towards 0, saturates, gives 0 for NaN. */
    private String toInteger(String x) {
        String rounded = ptx.word();
        ptx.line("cvt.rzi.s32.f32 %s, %s", rounded, x);
        String result = ptx.word();
        ptx.line("selp.b32 %s, 0, %s, %s", result, rounded, holds("nan.f32", x, x));
        return result;
    }

    /** Exponents that networks use need no general power; all as C's powf where that gives 0, infinity or NaN. */
    private String power(String x, float exponent) {
        if (exponent == 0) {
            return number("mov.f32", ONE);
        }
        if (exponent == 1) {
            return x;
        }
        if (exponent == 2) {
            return number("mul.rn.f32", x, x);
        }
        if (exponent == 3) {
            return number("mul.rn.f32", number("mul.rn.f32", x, x), x);
        }
        if (exponent == -1) {
            return number("div.rn.f32", ONE, x);
        }
        if (Math.abs(exponent) == 0.5f) {
            // The power of -0 is that of 0, and that of minus infinity that of infinity.
            String infinity = number(Float.POSITIVE_INFINITY);
            String positive = number("add.rn.f32", x, ZERO);
            String from = choose(holds("eq.f32", x, number(Float.NEGATIVE_INFINITY)), infinity, positive);
            String root = number("sqrt.rn.f32", from);
            return exponent > 0 ? root : number("div.rn.f32", ONE, root);
        }
        return ptx.call("topple_pow", List.of(x, number("mov.f32", number(exponent))));
    }

    private String binary(Binary op, DType dtype, String a, String b) {
        boolean floats = dtype == DType.F32;
        return switch (op) {
            case Binary.Add add -> floats ? number("add.rn.f32", a, b) : word("add.s32", a, b);
            case Binary.Subtract subtract -> floats ? number("sub.rn.f32", a, b) : word("sub.s32", a, b);
            case Binary.Multiply multiply -> floats ? number("mul.rn.f32", a, b) : word("mul.lo.s32", a, b);
            case Binary.Divide divide -> number("div.rn.f32", a, b);
            case Binary.Maximum maximum -> floats ? extreme("max.f32", a, b) : word("max.s32", a, b);
            case Binary.Minimum minimum -> floats ? extreme("min.f32", a, b) : word("min.s32", a, b);
            case Binary.ReluGradient gradient -> choose(holds("gt.f32", b, ZERO), a, ZERO);
            case Binary.ClampGradient clamp -> choose(holds("ge.f32", b, number(clamp.low())),
                    choose(holds("le.f32", b, number(clamp.high())), a, ZERO), ZERO);
            case Binary.And and -> word("and.b32", a, b);
            case Binary.Or or -> word("or.b32", a, b);
            case Binary.Compare compare -> bit(holds(relation(compare.relation(), floats), a, b));
        };
    }

    private static String relation(Relation relation, boolean floats) {
        String name = switch (relation) {
            case EQUAL -> "eq";
            // Of floats also where one is NaN.
            case NOT_EQUAL -> floats ? "neu" : "ne";
            case LESS -> "lt";
            case LESS_OR_EQUAL -> "le";
            case GREATER -> "gt";
            case GREATER_OR_EQUAL -> "ge";
        };
        return name + (floats ? ".f32" : ".s32");
    }

    private String extreme(String instruction, String a, String b) {
        return choose(holds("nan.f32", a, b), NAN, number(instruction, a, b));
    }

    private String number(String instruction, String... x) {
        String to = ptx.number();
        ptx.line("%s %s, %s", instruction, to, String.join(", ", x));
        return to;
    }

    private String word(String instruction, String... x) {
        String to = ptx.word();
        ptx.line("%s %s, %s", instruction, to, String.join(", ", x));
        return to;
    }

    private String holds(String relation, String a, String b) {
        String predicate = ptx.predicate();
        ptx.line("setp.%s %s, %s, %s", relation, predicate, a, b);
        return predicate;
    }

    private String truth(String x) {
        return holds("ne.s32", x, "0");
    }

    private String bit(String predicate) {
        String to = ptx.word();
        ptx.line("selp.u32 %s, 1, 0, %s", to, predicate);
        return to;
    }

    /** One of two floats or of two words. */
    private String choose(String predicate, String a, String b) {
        boolean words = a.startsWith("%r");
        String to = words ? ptx.word() : ptx.number();
        ptx.line("selp.%s %s, %s, %s, %s", words ? "b32" : "f32", to, a, b, predicate);
        return to;
    }
}
