// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/** Whole numbers and bits. */
final class IntegerOps {

    private IntegerOps() {}

    static Action decode(PtxModule.Instruction i, Operands o) {
        PtxType t = i.operation().equals("prmt") ? PtxType.find("b32") : i.type();
        if (i.has("cc") || i.operation().equals("addc") || i.operation().equals("subc")
                || i.operation().equals("madc")) {
            return carrying(i, o, t);
        }
        if (i.has("wide")) {
            return widening(i, o, t);
        }
        Action fast = t.bits() == 32 ? fast32(i, o, t) : t.bits() == 64 ? fast64(i, o, t) : null;
        if (fast != null) {
            return fast;
        }
        int sources = switch (i.operation()) {
            case "abs", "neg", "not", "cnot", "clz", "popc", "brev", "bfind" -> 1;
            case "mad", "mad24", "sad", "bfe", "shf", "dp4a", "dp2a", "prmt", "fns" -> 3;
            default -> 2;
        };
        PtxType[] types = new PtxType[sources];
        Arrays.fill(types, t);
        PtxType word = PtxType.find("u32");
        PtxType result = t;
        switch (i.operation()) {
            case "shl", "shr" -> types[1] = word;
            case "bfe" -> {
                types[1] = word;
                types[2] = word;
            }
            case "clz", "popc" -> result = word;
            case "bfind" -> result = word;
            case "dp4a", "dp2a" -> {
                types[0] = word;
                types[1] = word;
            }
            default -> {}
        }
        if (i.operation().equals("dp4a") || i.operation().equals("dp2a")) {
            result = PtxType.find("s32");
            types[2] = result;
        }
        Register[] from = new Register[sources];
        for (int k = 0; k < sources; k++) {
            from[k] = o.source(i.operand(k + 1), types[k], i);
        }
        return Lanes.any(o.target(i.operand(0), i), result, from, types, slow(i, t));
    }

    private static Action fast32(PtxModule.Instruction i, Operands o, PtxType t) {
        Lanes.W2 f = switch (i.operation()) {
            case "add" -> i.has("sat") ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] + y[l];
                }
            };
            case "sub" -> i.has("sat") ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] - y[l];
                }
            };
            case "mul" -> !i.has("lo") ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] * y[l];
                }
            };
            case "and" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] & y[l];
                }
            };
            case "or" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] | y[l];
                }
            };
            case "xor" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] ^ y[l];
                }
            };
            case "shl" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = y[l] >>> 5 == 0 ? x[l] << y[l] : 0;
                }
            };
            case "shr" -> t.signed() ? (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] >> (y[l] >>> 5 == 0 ? y[l] : 31);
                }
            } : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = y[l] >>> 5 == 0 ? x[l] >>> y[l] : 0;
                }
            };
            case "min" -> !t.signed() ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = Math.min(x[l], y[l]);
                }
            };
            case "max" -> !t.signed() ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = Math.max(x[l], y[l]);
                }
            };
            default -> null;
        };
        if (f != null) {
            return Lanes.w2(target(i, o, false), o.word(1, i), o.word(2, i), f);
        }
        if (i.operation().equals("mad") && i.has("lo") && !i.has("sat")) {
            return Lanes.w3(target(i, o, false), o.word(1, i), o.word(2, i), o.word(3, i), (d, x, y, z) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] * y[l] + z[l];
                }
            });
        }
        if (i.operation().equals("neg") || i.operation().equals("not")) {
            boolean neg = i.operation().equals("neg");
            return Lanes.w1(target(i, o, false), o.word(1, i), neg ? Lanes.each(x -> -x) : Lanes.each(x -> ~x));
        }
        return null;
    }

    private static Action fast64(PtxModule.Instruction i, Operands o, PtxType t) {
        Lanes.L2 f = switch (i.operation()) {
            case "add" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] + y[l];
                }
            };
            case "sub" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] - y[l];
                }
            };
            case "mul" -> !i.has("lo") ? null : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] * y[l];
                }
            };
            case "and" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] & y[l];
                }
            };
            case "or" -> (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] | y[l];
                }
            };
            default -> null;
        };
        if (f != null) {
            return Lanes.l2(target(i, o, true), o.wide(1, i), o.wide(2, i), f);
        }
        if (i.operation().equals("shl") || i.operation().equals("shr")) {
            Lanes.LLW shift = i.operation().equals("shl") ? (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = y[l] >>> 6 == 0 ? x[l] << y[l] : 0;
                }
            } : t.signed() ? (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = x[l] >> (y[l] >>> 6 == 0 ? y[l] : 63);
                }
            } : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = y[l] >>> 6 == 0 ? x[l] >>> y[l] : 0;
                }
            };
            return Lanes.llw(target(i, o, true), o.wide(1, i), o.word(2, i), shift);
        }
        return null;
    }

    private static int target(PtxModule.Instruction i, Operands o, boolean wide) {
        Register r = o.target(i.operand(0), i);
        if (r.bank() != (wide ? Register.Bank.WIDE : Register.Bank.WORD)) {
            throw i.unknown("'" + i.operand(0) + "' has not the size that the operation has");
        }
        return r.index();
    }

    private static Action widening(PtxModule.Instruction i, Operands o, PtxType t) {
        boolean mad = i.operation().equals("mad");
        if (t.bits() == 32 && !mad) {
            return Lanes.lww(target(i, o, true), o.word(1, i), o.word(2, i), t.signed() ? (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = (long) x[l] * y[l];
                }
            } : (d, x, y) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = (x[l] & 0xffffffffL) * (y[l] & 0xffffffffL);
                }
            });
        }
        if (t.bits() == 32) {
            return Lanes.lwwl(target(i, o, true), o.word(1, i), o.word(2, i), o.wide(3, i), t.signed() ? (d, x, y,
                    z) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = (long) x[l] * y[l] + z[l];
                }
            } : (d, x, y, z) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    d[l] = (x[l] & 0xffffffffL) * (y[l] & 0xffffffffL) + z[l];
                }
            });
        }
        PtxType twice = PtxType.find((t.signed() ? "s" : "u") + 2 * t.bits());
        if (twice == null) {
            throw i.unknown("there is no type twice as wide");
        }
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        Register d = o.target(i.operand(0), i);
        return mad
                ? Lanes.any(d, twice, new Register[] {a, b, o.source(i.operand(3), twice, i)}, new PtxType[] {t, t,
                    twice},
                        (x, y, z) -> x * y + z)
                : Lanes.any(d, twice, new Register[] {a, b}, new PtxType[] {t, t}, (x, y, z) -> x * y);
    }

    private static Action carrying(PtxModule.Instruction i, Operands o, PtxType t) {
        Register d = o.target(i.operand(0), i);
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        boolean mad = i.operation().startsWith("mad");
        Register c = mad ? o.source(i.operand(3), t, i) : a;
        int carry = o.carry().index();
        boolean takes = i.operation().endsWith("c");
        boolean gives = i.has("cc");
        boolean minus = i.operation().startsWith("sub");
        PtxType unsigned = PtxType.find("u" + t.bits());
        return (w, m) -> {
            int out = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                long x = a.get(w, l);
                long y = b.get(w, l);
                if (mad) {
                    boolean high = i.has("hi");
                    x = high ? highProduct(Values.normalise(x, t), Values.normalise(y, t), t) : x * y;
                    x = Values.normalise(x, unsigned);
                    y = c.get(w, l);
                }
                long in = takes ? w.predicate[carry] >>> l & 1 : 0;
                long sum = minus ? x - y - in : x + y + in;
                boolean over;
                if (t.bits() == 64) {
                    over = minus ? Long.compareUnsigned(x, y) < 0 || x == y && in != 0
                            : Long.compareUnsigned(sum, x) < 0 || in != 0 && sum == x;
                } else {
                    over = (sum >>> t.bits() & 1) != 0;
                }
                out |= over ? 1 << l : 0;
                d.set(w, l, Values.truncate(sum, t.bits()));
            }
            int defined = a.defined(w) & b.defined(w) & c.defined(w) & (takes ? w.predicateDefined[carry] : Warp.ALL);
            d.define(w, m, defined);
            if (gives) {
                w.setPredicate(carry, m, out, defined);
            }
        };
    }

    private static long highProduct(long x, long y, PtxType t) {
        if (t.bits() == 64) {
            return t.signed() ? Math.multiplyHigh(x, y) : Math.unsignedMultiplyHigh(x, y);
        }
        return t.signed() ? x * y >> t.bits() : x * y >>> t.bits();
    }

    private static Lanes.Any slow(PtxModule.Instruction i, PtxType t) {
        boolean signed = t.signed();
        boolean wide = t.bits() == 64;
        return switch (i.operation()) {
            case "add" -> i.has("sat") ? (x, y, z) -> clamp(x + y) : (x, y, z) -> x + y;
            case "sub" -> i.has("sat") ? (x, y, z) -> clamp(x - y) : (x, y, z) -> x - y;
            case "mul" -> i.has("hi") ? (x, y, z) -> highProduct(x, y, t) : (x, y, z) -> x * y;
            case "mad" -> i.has("hi") ? i.has("sat") ? (x, y, z) -> clamp(highProduct(x, y, t) + z)
                    : (x, y, z) -> highProduct(x, y, t) + z : (x, y, z) -> x * y + z;
            case "div" -> signed ? (x, y, z) -> y == 0 ? -1 : x / y : (x, y, z) -> y == 0 ? -1
                    : Long.divideUnsigned(x, y);
            case "rem" -> signed ? (x, y, z) -> y == 0 ? x : x % y : (x, y, z) -> y == 0 ? x
                    : Long.remainderUnsigned(x, y);
            case "abs" -> (x, y, z) -> Math.abs(x);
            case "neg" -> (x, y, z) -> -x;
            case "not" -> (x, y, z) -> ~x;
            case "cnot" -> (x, y, z) -> x == 0 ? 1 : 0;
            case "min" -> signed || !wide ? (x, y, z) -> Math.min(x, y)
                    : (x, y, z) -> Long.compareUnsigned(x, y) <= 0 ? x : y;
            case "max" -> signed || !wide ? (x, y, z) -> Math.max(x, y)
                    : (x, y, z) -> Long.compareUnsigned(x, y) >= 0 ? x : y;
            case "sad" -> (x, y, z) -> z + (signed || !wide ? Math.abs(x - y) : Long.compareUnsigned(x, y) < 0
                    ? y - x : x - y);
            case "and" -> (x, y, z) -> x & y;
            case "or" -> (x, y, z) -> x | y;
            case "xor" -> (x, y, z) -> x ^ y;
            case "shl" -> (x, y, z) -> y >= t.bits() ? 0 : x << y;
            case "shr" -> signed ? (x, y, z) -> x >> Math.min(y, t.bits() - 1) : (x, y, z) -> y >= t.bits() ? 0
                    : x >>> y;
            case "mul24" -> i.has("hi") ? (x, y, z) -> low24(x, signed) * low24(y, signed) >> 16
                    : (x, y, z) -> low24(x, signed) * low24(y, signed);
            case "mad24" -> i.has("hi") ? (x, y, z) -> (low24(x, signed) * low24(y, signed) >> 16) + z
                    : (x, y, z) -> low24(x, signed) * low24(y, signed) + z;
            default -> BitOps.slow(i, t);
        };
    }

    private static long low24(long x, boolean signed) {
        return signed ? x << 40 >> 40 : x & 0xffffff;
    }

    private static long clamp(long x) {
        return Math.clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
