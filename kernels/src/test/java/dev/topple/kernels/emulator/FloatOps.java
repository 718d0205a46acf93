// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Floating point. Approximate functions are computed as exactly as Java can: well within their stated error. */
final class FloatOps {

    private FloatOps() {}

    /** A float of up to three. */
    private interface F3 {
        float apply(float x, float y, float z);
    }

    /** A double of up to three. */
    private interface D3 {
        double apply(double x, double y, double z);
    }

    static Action decode(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        return switch (t.name()) {
            case "f32" -> f32(i, o, t);
            case "f64" -> general(i, o, t, f64(i));
            case "f16", "bf16" -> general(i, o, t, small(i, t));
            case "f16x2", "bf16x2" -> {
                PtxType half = PtxType.find(t.name().substring(0, t.name().length() - 2));
                Lanes.Any f = small(i, half);
                yield general(i, o, t, (x, y, z) -> f.apply(x & 0xffff, y & 0xffff, z & 0xffff)
                        | f.apply(x >>> 16, y >>> 16, z >>> 16) << 16);
            }
            default -> throw i.unknown("the type does not go with it");
        };
    }

    private static int sources(PtxModule.Instruction i) {
        return switch (i.operation()) {
            case "fma", "mad" -> 3;
            case "add", "sub", "mul", "div", "min", "max", "copysign" -> 2;
            default -> 1;
        };
    }

    private static Action general(PtxModule.Instruction i, Operands o, PtxType t, Lanes.Any f) {
        int n = sources(i);
        PtxType[] types = new PtxType[n];
        Arrays.fill(types, PtxType.find("b" + t.bits()));
        Register[] from = new Register[n];
        for (int k = 0; k < n; k++) {
            from[k] = o.source(i.operand(k + 1), t, i);
        }
        return Lanes.any(o.target(i.operand(0), i), types[0], from, types, f);
    }

    private static Action f32(PtxModule.Instruction i, Operands o, PtxType t) {
        boolean plain = !i.has("ftz") && !i.has("sat") && Values.mode(i).equals("rn");
        if (plain) {
            int d = o.target(i.operand(0), i).index();
            switch (i.operation()) {
                case "fma", "mad" -> {
                    return Lanes.w3(d, o.word(1, i), o.word(2, i), o.word(3, i), (out, x, y, z) -> {
                        for (int l = 0; l < Warp.LANES; l++) {
                            out[l] = Float.floatToRawIntBits(Math.fma(Float.intBitsToFloat(x[l]),
                                    Float.intBitsToFloat(y[l]), Float.intBitsToFloat(z[l])));
                        }
                    });
                }
                case "neg" -> {
                    return Lanes.w1(d, o.word(1, i), Lanes.each(x -> x ^ 0x80000000));
                }
                case "abs" -> {
                    return Lanes.w1(d, o.word(1, i), Lanes.each(x -> x & 0x7fffffff));
                }
                case "add" -> {
                    return Lanes.w2(d, o.word(1, i), o.word(2, i), (out, x, y) -> {
                        for (int l = 0; l < Warp.LANES; l++) {
                            out[l] = Float.floatToRawIntBits(Float.intBitsToFloat(x[l]) + Float.intBitsToFloat(y[l]));
                        }
                    });
                }
                case "sub" -> {
                    return Lanes.w2(d, o.word(1, i), o.word(2, i), (out, x, y) -> {
                        for (int l = 0; l < Warp.LANES; l++) {
                            out[l] = Float.floatToRawIntBits(Float.intBitsToFloat(x[l]) - Float.intBitsToFloat(y[l]));
                        }
                    });
                }
                case "mul" -> {
                    return Lanes.w2(d, o.word(1, i), o.word(2, i), (out, x, y) -> {
                        for (int l = 0; l < Warp.LANES; l++) {
                            out[l] = Float.floatToRawIntBits(Float.intBitsToFloat(x[l]) * Float.intBitsToFloat(y[l]));
                        }
                    });
                }
                case "max", "min" -> {
                    if (!i.has("NaN") && !i.has("xorsign") && !i.has("abs")) {
                        boolean max = i.operation().equals("max");
                        return Lanes.w2(d, o.word(1, i), o.word(2, i), (out, x, y) -> {
                            for (int l = 0; l < Warp.LANES; l++) {
                                out[l] = Float.floatToRawIntBits((float) extreme(Float.intBitsToFloat(x[l]),
                                        Float.intBitsToFloat(y[l]), max, false));
                            }
                        });
                    }
                }
                default -> {}
            }
        }
        F3 f = f32(i);
        boolean flush = i.has("ftz");
        boolean saturate = i.has("sat");
        return general(i, o, t, (x, y, z) -> {
            float a = Values.f(x);
            float b = Values.f(y);
            float c = Values.f(z);
            float r = flush ? Values.flush(f.apply(Values.flush(a), Values.flush(b), Values.flush(c))) : f.apply(a, b,
                    c);
            return Values.bits(saturate ? Values.saturate(r) : r);
        });
    }

    private static F3 f32(PtxModule.Instruction i) {
        String mode = Values.mode(i);
        return switch (i.operation()) {
            case "add" -> (x, y, z) -> Values.fma(x, 1, y, mode);
            case "sub" -> (x, y, z) -> Values.fma(-y, 1, x, mode);
            case "mul" -> mode.equals("rn") ? (x, y, z) -> x * y : (x, y, z) -> Values.fma(x, y, Math.copySign(0f,
                    x * y), mode);
            case "fma", "mad" -> (x, y, z) -> Values.fma(x, y, z, mode);
            case "div" -> i.has("approx") || i.has("full") ? (x, y, z) -> x / y : (x, y, z) -> Values.divide(x, y,
                    mode);
            case "rcp" -> i.has("approx") ? (x, y, z) -> 1 / x : (x, y, z) -> Values.divide(1, x, mode);
            case "sqrt" -> i.has("approx") ? (x, y, z) -> (float) Math.sqrt(x) : (x, y, z) -> Values.squareRoot(x,
                    mode);
            case "min", "max" -> {
                boolean max = i.operation().equals("max");
                boolean nan = i.has("NaN");
                boolean sign = i.has("xorsign");
                yield (x, y, z) -> sign
                        ? (float) extreme(Math.abs(x), Math.abs(y), max, nan) * Math.signum(Math.copySign(1f,
                                x) * Math.copySign(1f, y))
                        : (float) extreme(x, y, max, nan);
            }
            case "neg" -> (x, y, z) -> -x;
            case "abs" -> (x, y, z) -> Math.abs(x);
            case "copysign" -> (x, y, z) -> Math.copySign(y, x);
            default -> {
                DoubleUnaryOperator g = function(i);
                yield (x, y, z) -> (float) g.applyAsDouble(x);
            }
        };
    }

    private static DoubleUnaryOperator function(PtxModule.Instruction i) {
        return switch (i.operation()) {
            case "rsqrt" -> x -> 1 / Math.sqrt(x);
            case "ex2" -> x -> Math.pow(2, x);
            case "lg2" -> x -> Math.log(x) / Math.log(2);
            case "sin" -> Math::sin;
            case "cos" -> Math::cos;
            case "tanh" -> Math::tanh;
            default -> throw i.unknown("there is no such operation on floats");
        };
    }

    /** IEEE's minimum and maximum: a number wins over what is none, unless that is asked for; -0 is less than 0. */
    private static double extreme(double x, double y, boolean max, boolean nan) {
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return nan || Double.isNaN(x) && Double.isNaN(y) ? Float.intBitsToFloat(0x7fffffff) : Double.isNaN(x)
                    ? y : x;
        }
        return max ? Math.max(x, y) : Math.min(x, y);
    }

    private static Lanes.Any f64(PtxModule.Instruction i) {
        String mode = Values.mode(i);
        D3 f = switch (i.operation()) {
            case "add" -> directed(i, mode, (x, y, z) -> x + y);
            case "sub" -> directed(i, mode, (x, y, z) -> x - y);
            case "mul" -> directed(i, mode, (x, y, z) -> x * y);
            case "fma", "mad" -> directed(i, mode, Math::fma);
            case "div" -> directed(i, mode, (x, y, z) -> x / y);
            case "rcp" -> directed(i, mode, (x, y, z) -> 1 / x);
            case "sqrt" -> directed(i, mode, (x, y, z) -> Math.sqrt(x));
            case "rsqrt" -> (x, y, z) -> 1 / Math.sqrt(x);
            case "min" -> (x, y, z) -> extreme(x, y, false, i.has("NaN"));
            case "max" -> (x, y, z) -> extreme(x, y, true, i.has("NaN"));
            case "neg" -> (x, y, z) -> -x;
            case "abs" -> (x, y, z) -> Math.abs(x);
            case "copysign" -> (x, y, z) -> Math.copySign(y, x);
            default -> throw i.unknown("there is no such operation on doubles");
        };
        return (x, y, z) -> Values.bits(f.apply(Values.d(x), Values.d(y), Values.d(z)));
    }

    private static D3 directed(PtxModule.Instruction i, String mode, D3 f) {
        if (!mode.equals("rn")) {
            throw i.unknown("doubles are rounded to nearest only");
        }
        return f;
    }

    /** f16 and bf16: computed in double, rounded once to the short type. */
    private static Lanes.Any small(PtxModule.Instruction i, PtxType t) {
        boolean relu = i.has("relu");
        boolean saturate = i.has("sat");
        D3 f = switch (i.operation()) {
            case "add" -> (x, y, z) -> x + y;
            case "sub" -> (x, y, z) -> x - y;
            case "mul" -> (x, y, z) -> x * y;
            case "fma" -> (x, y, z) -> Math.fma(x, y, z);
            case "min", "max" -> {
                boolean max = i.operation().equals("max");
                DoubleBinaryOperator g = (x, y) -> extreme(x, y, max, i.has("NaN"));
                yield (x, y, z) -> g.applyAsDouble(x, y);
            }
            case "neg" -> (x, y, z) -> -x;
            case "abs" -> (x, y, z) -> Math.abs(x);
            default -> {
                DoubleUnaryOperator g = function(i);
                yield (x, y, z) -> g.applyAsDouble(x);
            }
        };
        return (x, y, z) -> {
            double r = f.apply(Values.decode(x, t), Values.decode(y, t), Values.decode(z, t));
            r = relu ? Double.isNaN(r) ? r : Math.max(r, 0) : saturate ? Values.saturate((float) r) : r;
            return Values.encode(r, t, "rn");
        };
    }
}
