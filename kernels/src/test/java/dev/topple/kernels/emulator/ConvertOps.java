// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** cvt: conversions between types. */
final class ConvertOps {

    private static final double TWO_32 = 4294967296.0;

    private ConvertOps() {}

    static Action decode(PtxModule.Instruction i, Operands o) {
        PtxType from = i.type();
        PtxType to = PtxType.of(i.parts().get(i.parts().size() - 2), i);
        Register d = o.target(i.operand(0), i);
        if (to.bits() == 32 && to.kind() == 'x' && !to.is("tf32") && from.is("f32")) {
            return pair(i, o, d, to);
        }
        Register s = o.source(i.operand(1), from, i);
        Action fast = fast(i, to, from, d, s);
        if (fast != null) {
            return fast;
        }
        PtxType bits = from.floating() ? PtxType.find("b" + from.bits()) : from;
        PtxType result = to.floating() ? PtxType.find("b" + to.bits()) : to;
        return Lanes.any(d, result, new Register[] {s}, new PtxType[] {bits}, conversion(i, to, from));
    }

    private static Action fast(PtxModule.Instruction i, PtxType to, PtxType from, Register d, Register s) {
        if (i.has("sat")) {
            return null;
        }
        if (from.bits() == 32 && to.is("s64") && d.wide() && !s.wide()
                || from.is("s32") && to.is("u64") && d.wide() && !s.wide()) {
            return from.is("s32") ? Lanes.lw(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = x[l];
                }
            }) : null;
        }
        if (from.is("u32") && to.is("u64") && d.wide() && !s.wide()) {
            return Lanes.lw(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = x[l] & 0xffffffffL;
                }
            });
        }
        if (from.bits() == 64 && !from.floating() && !to.floating() && to.bits() == 32 && !d.wide() && s.wide()) {
            return Lanes.wl(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = (int) x[l];
                }
            });
        }
        if (from.is("f32") && to.is("tf32") && i.has("rna") && !i.has("relu")) {
            // Half a unit more, then the low bits go; what is no number or infinite keeps its upper bits.
            return Lanes.w1(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    boolean finite = (x[l] & 0x7f800000) != 0x7f800000;
                    out[l] = (finite ? x[l] + 0x1000 : x[l]) & 0xffffe000;
                }
            });
        }
        if (from.is("f64") && to.is("f32") && !i.has("ftz") && Values.mode(i).equals("rn")) {
            return Lanes.wl(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = Float.floatToRawIntBits((float) Double.longBitsToDouble(x[l]));
                }
            });
        }
        if (from.is("s32") && to.is("f32") && Values.mode(i).equals("rn")) {
            return Lanes.w1(d.index(), s.index(), (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = Float.floatToRawIntBits(x[l]);
                }
            });
        }
        return null;
    }

    private static Lanes.Any conversion(PtxModule.Instruction i, PtxType to, PtxType from) {
        String mode = Values.mode(i);
        if (!from.floating() && !to.floating()) {
            return i.has("sat") ? (x, y, z) -> clamp(x, from, to) : (x, y, z) -> x;
        }
        if (!from.floating()) {
            return (x, y, z) -> encode(whole(x, from, mode, to), to, i, mode);
        }
        boolean flush = i.has("ftz");
        String toWhole = wholeMode(i);
        if (!to.floating()) {
            return (x, y, z) -> toInteger(rounded(decode(x, from, flush), toWhole.isEmpty() ? "rzi" : toWhole), to);
        }
        if (from.is(to.name())) {
            return (x, y, z) -> {
                double v = decode(x, from, flush);
                return encode(toWhole.isEmpty() ? v : rounded(v, toWhole), to, i, mode);
            };
        }
        return (x, y, z) -> encode(decode(x, from, flush), to, i, mode);
    }

    private static double decode(long x, PtxType from, boolean flush) {
        double v = Values.decode(x, from);
        return flush && from.is("f32") ? Values.flush((float) v) : v;
    }

    private static long encode(double v, PtxType to, PtxModule.Instruction i, String mode) {
        double x = i.has("sat") ? v > 0 ? Math.min(v, 1) : 0 : i.has("relu") && !(v > 0) && !Double.isNaN(v) ? 0 : v;
        long bits = Values.encode(x, to, mode);
        return i.has("ftz") && to.is("f32") ? Values.bits(Values.flush(Values.f(bits))) : bits;
    }

    private static double whole(long x, PtxType from, String mode, PtxType to) {
        boolean unsigned = from.bits() == 64 && !from.signed() && x < 0;
        if (!to.is("f32") || !mode.equals("rn")) {
            // Both halves are exact, and the sum of the two decides the rounding of a float.
            double high = unsigned ? (x >>> 32) * TWO_32 : (x >> 32) * TWO_32;
            double low = x & 0xffffffffL;
            double sum = high + low;
            return to.is("f32") ? Values.toFloat(sum, low - (sum - high), mode) : sum;
        }
        if (unsigned) {
            // Half of it, with what is lost kept as the lowest bit, rounds the same way.
            return 2 * (double) (float) (x >>> 1 | x & 1);
        }
        return (float) x;
    }

    /** The rounding to a whole number that an instruction names; empty if none. */
    private static String wholeMode(PtxModule.Instruction i) {
        for (String part : i.parts()) {
            switch (part) {
                case "rni", "rzi", "rmi", "rpi" -> {
                    return part;
                }
                default -> {}
            }
        }
        return "";
    }

    private static double rounded(double x, String mode) {
        return switch (mode) {
            case "rni" -> Math.rint(x);
            case "rmi" -> Math.floor(x);
            case "rpi" -> Math.ceil(x);
            default -> x < 0 ? Math.ceil(x) : Math.floor(x);
        };
    }

    private static long toInteger(double x, PtxType to) {
        if (to.bits() == 64) {
            if (Double.isNaN(x)) {
                return Long.MIN_VALUE;
            }
            if (to.signed()) {
                return (long) x;
            }
            return x <= 0 ? 0 : x >= 0x1p64 ? -1 : x < 0x1p63 ? (long) x : (long) (x - 0x1p63) ^ Long.MIN_VALUE;
        }
        if (Double.isNaN(x)) {
            return 0;
        }
        double low = to.signed() ? -Math.scalb(1.0, to.bits() - 1) : 0;
        double high = Math.scalb(1.0, to.signed() ? to.bits() - 1 : to.bits()) - 1;
        return (long) Math.clamp(x, low, high);
    }

    private static long clamp(long x, PtxType from, PtxType to) {
        boolean huge = !from.signed() && x < 0;
        if (to.bits() == 64) {
            return to.signed() ? huge ? Long.MAX_VALUE : x : from.signed() && x < 0 ? 0 : x;
        }
        long low = to.signed() ? -(1L << to.bits() - 1) : 0;
        long high = (1L << (to.signed() ? to.bits() - 1 : to.bits())) - 1;
        return huge ? high : Math.clamp(x, low, high);
    }

    /** cvt.rn.f16x2.f32 and its like: two floats, the first into the upper half. */
    private static Action pair(PtxModule.Instruction i, Operands o, Register d, PtxType to) {
        PtxType half = PtxType.find(to.name().substring(0, to.name().length() - 2));
        PtxType bits = PtxType.find("b32");
        String mode = Values.mode(i);
        return Lanes.any(d, bits, new Register[] {o.source(i.operand(1), bits, i), o.source(i.operand(2), bits, i)},
                new PtxType[] {bits, bits}, (x, y, z) -> encode(Values.f(x), half, i, mode) << 16
                        | encode(Values.f(y), half, i, mode));
    }
}
