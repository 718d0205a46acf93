// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Floating point and conversions. */
final class FloatInstructionTest {

    private interface Exact {
        BigDecimal of(BigDecimal x, BigDecimal y, BigDecimal z);
    }

    private static long bits(float f) {
        return Float.floatToRawIntBits(f) & 0xffffffffL;
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static Probe floats(float... values) {
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = bits(values[i]);
        }
        return Probe.of(false, bits);
    }

    private static Probe random(long seed) {
        Random r = new Random(seed);
        float[] v = new float[31];
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.scalb((float) r.nextGaussian(), r.nextInt(17) - 8);
        }
        return floats(v);
    }

    private static Probe edges() {
        return floats(0f, -0f, 1f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE,
                -Float.MIN_NORMAL / 2, 3.4e38f, 2.5f, -3.5f, 0.75f);
    }

    /** The float next to an exact value in a direction. */
    private static float rounded(BigDecimal exact, String mode) {
        float r = exact.floatValue();
        int beyond = exact.compareTo(new BigDecimal(r));
        boolean down = mode.equals("rm") || mode.equals("rz") && exact.signum() > 0;
        boolean up = mode.equals("rp") || mode.equals("rz") && exact.signum() < 0;
        return beyond < 0 && down ? Math.nextDown(r) : beyond > 0 && up ? Math.nextUp(r) : r;
    }

    private static void directed(Probe p, String operation, String operands, Exact exact) {
        for (String mode : new String[] {"rn", "rz", "rm", "rp"}) {
            p.word(operation + "." + mode + ".f32 %r20, " + operands + ";", (x, y, z) -> bits(rounded(
                    exact.of(new BigDecimal(f(x)), new BigDecimal(f(y)), new BigDecimal(f(z))), mode)));
        }
    }

    @Test
    void directedRounding() {
        for (long seed = 1; seed <= 3; seed++) {
            try (Probe p = random(seed)) {
                directed(p, "add", "%r10, %r11", (x, y, z) -> x.add(y));
                directed(p, "sub", "%r10, %r11", (x, y, z) -> x.subtract(y));
                directed(p, "mul", "%r10, %r11", (x, y, z) -> x.multiply(y));
                directed(p, "fma", "%r10, %r11, %r12", (x, y, z) -> x.multiply(y).add(z));
                directed(p, "div", "%r10, %r11", (x, y, z) -> x.divide(y, new java.math.MathContext(60)));
                directed(p, "rcp", "%r10", (x, y, z) -> BigDecimal.ONE.divide(x, new java.math.MathContext(60)));
                for (String mode : new String[] {"rn", "rz", "rm", "rp"}) {
                    p.word("abs.f32 %r3, %r10;\nsqrt." + mode + ".f32 %r20, %r3;", (x, y, z) -> bits(
                            rounded(new BigDecimal(Math.abs(f(x))).sqrt(new java.math.MathContext(60)), mode)));
                }
            }
        }
    }

    @Test
    void numbersThatAreNone() {
        try (Probe p = edges()) {
            p.word("max.f32 %r20, %r10, %r11;", (x, y, z) -> Float.isNaN(f(x)) && Float.isNaN(f(y)) ? 0x7fffffff
                    : Float.isNaN(f(x)) ? y : Float.isNaN(f(y)) ? x : bits(Math.max(f(x), f(y))));
            p.word("min.NaN.f32 %r20, %r10, %r11;", (x, y, z) -> Float.isNaN(f(x)) || Float.isNaN(f(y)) ? 0x7fffffff
                    : bits(Math.min(f(x), f(y))));
            p.word("setp.ltu.f32 %p1, %r10, %r11;\nselp.u32 %r20, 1, 0, %p1;", (x, y, z) -> f(x) >= f(y) ? 0 : 1);
            p.word("setp.neu.f32 %p1, %r10, %r11;\nselp.u32 %r20, 1, 0, %p1;", (x, y, z) -> f(x) == f(y) ? 0 : 1);
            p.word("setp.ne.f32 %p1, %r10, %r11;\nselp.u32 %r20, 1, 0, %p1;", (x, y, z) -> f(x) < f(y)
                    || f(x) > f(y) ? 1 : 0);
            p.word("setp.nan.f32 %p1, %r10, %r11;\nselp.u32 %r20, 1, 0, %p1;",
                    (x, y, z) -> Float.isNaN(f(x)) || Float.isNaN(f(y)) ? 1 : 0);
            p.word("setp.gt.f32 %p1, %r10, %r11;\nselp.f32 %r20, %r10, %r11, %p1;", (x, y, z) -> f(x) > f(y) ? x : y);
            p.word("testp.subnormal.f32 %p1, %r10;\nselp.u32 %r20, 1, 0, %p1;",
                    (x, y, z) -> f(x) != 0 && Math.abs(f(x)) < Float.MIN_NORMAL ? 1 : 0);
            p.word("testp.finite.f32 %p1, %r10;\nselp.u32 %r20, 1, 0, %p1;", (x, y, z) -> Float.isFinite(f(x)) ? 1 : 0);
            p.word("copysign.f32 %r20, %r10, %r11;", (x, y, z) -> bits(Math.copySign(f(y), f(x))));
            p.word("neg.f32 %r20, %r10;", (x, y, z) -> x ^ 0x80000000L);
            p.word("abs.f32 %r20, %r10;", (x, y, z) -> x & 0x7fffffff);
        }
    }

    @Test
    void flushingAndSaturation() {
        try (Probe p = edges()) {
            p.word("add.ftz.f32 %r3, %r10, 0f00000000;\nsetp.eq.f32 %p1, %r3, 0f00000000;\nselp.u32 %r20, 1, 0, %p1;",
                    (x, y, z) -> Math.abs(f(x)) < Float.MIN_NORMAL ? 1 : 0);
            p.word("mul.ftz.f32 %r20, %r10, 0f3F800000;", (x, y, z) -> Float.isNaN(f(x)) ? x
                    : Math.abs(f(x)) < Float.MIN_NORMAL ? x & 0x80000000L : x);
            p.word("add.sat.f32 %r20, %r10, 0f00000000;", (x, y, z) -> bits(f(x) > 0 ? Math.min(f(x), 1) : 0));
            p.word("cvt.sat.f32.f32 %r20, %r10;", (x, y, z) -> bits(f(x) > 0 ? Math.min(f(x), 1) : 0));
            p.word("fma.rn.ftz.sat.f32 %r20, %r10, 0f3F000000, 0f00000000;",
                    (x, y, z) -> bits(f(x) > Float.MIN_NORMAL ? Math.min(f(x) / 2, 1) : 0));
        }
    }

    private static void near(Probe p, String instruction, java.util.function.DoubleUnaryOperator wanted,
            double relative) {
        long[] x = p.run("mov.b32 %r20, %r10;", false);
        long[] got = p.run(instruction, false);
        for (int l = 0; l < 32; l++) {
            double w = wanted.applyAsDouble(f(x[l]));
            assertEquals(w, f(got[l]), Math.abs(w) * relative + 1e-30, instruction + " of " + f(x[l]));
        }
    }

    @Test
    void approximateFunctions() {
        try (Probe p = random(4)) {
            near(p, "rcp.approx.ftz.f32 %r20, %r10;", x -> 1 / x, 2e-7);
            near(p, "abs.f32 %r3, %r10;\nrsqrt.approx.f32 %r20, %r3;", x -> 1 / Math.sqrt(Math.abs(x)), 2e-7);
            near(p, "abs.f32 %r3, %r10;\nsqrt.approx.ftz.f32 %r20, %r3;", x -> Math.sqrt(Math.abs(x)), 2e-7);
            near(p, "ex2.approx.ftz.f32 %r20, %r10;", x -> {
                double v = Math.pow(2, x);
                return v < Float.MIN_NORMAL ? 0 : (float) v;
            }, 2e-7);
            near(p, "abs.f32 %r3, %r10;\nlg2.approx.f32 %r20, %r3;", x -> Math.log(Math.abs(x)) / Math.log(2), 2e-7);
            near(p, "sin.approx.f32 %r20, %r10;", Math::sin, 2e-7);
            near(p, "cos.approx.ftz.f32 %r20, %r10;", Math::cos, 2e-7);
            near(p, "tanh.approx.f32 %r20, %r10;", Math::tanh, 2e-7);
            near(p, "div.full.f32 %r20, %r10, 0f40400000;", x -> x / 3, 2e-7);
        }
    }

    @Test
    void doubles() {
        long[] v = new long[29];
        Random r = new Random(5);
        for (int i = 0; i < v.length; i++) {
            v[i] = Double.doubleToRawLongBits(r.nextGaussian() * 100);
        }
        try (Probe p = Probe.of(true, v)) {
            p.wide("add.f64 %rd20, %rd10, %rd11;", (x, y, z) -> d(dd(x) + dd(y)));
            p.wide("mul.rn.f64 %rd20, %rd10, %rd11;", (x, y, z) -> d(dd(x) * dd(y)));
            p.wide("fma.rn.f64 %rd20, %rd10, %rd11, %rd12;", (x, y, z) -> d(Math.fma(dd(x), dd(y), dd(z))));
            p.wide("div.rn.f64 %rd20, %rd10, %rd11;", (x, y, z) -> d(dd(x) / dd(y)));
            p.wide("abs.f64 %rd3, %rd10;\nsqrt.rn.f64 %rd20, %rd3;", (x, y, z) -> d(Math.sqrt(Math.abs(dd(x)))));
            p.wide("max.f64 %rd20, %rd10, %rd11;", (x, y, z) -> d(Math.max(dd(x), dd(y))));
            p.wide("setp.lt.f64 %p1, %rd10, %rd11;\nselp.f64 %rd20, %rd10, 0d3FF0000000000000, %p1;",
                    (x, y, z) -> dd(x) < dd(y) ? x : d(1));
            p.word("cvt.rn.f32.f64 %r20, %rd10;", (x, y, z) -> bits((float) dd(x)));
            p.word("cvt.rz.f32.f64 %r20, %rd10;", (x, y, z) -> bits(rounded(new BigDecimal(dd(x)), "rz")));
            p.wide("cvt.rni.s64.f64 %rd20, %rd10;", (x, y, z) -> (long) Math.rint(dd(x)));
            p.wide("cvt.rpi.f64.f64 %rd20, %rd10;", (x, y, z) -> d(Math.ceil(dd(x))));
        }
    }

    private static double dd(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long d(double v) {
        return Double.doubleToRawLongBits(v);
    }

    @Test
    void conversionsToAndFromWholeNumbers() {
        try (Probe p = edges()) {
            p.word("cvt.rzi.s32.f32 %r20, %r10;", (x, y, z) -> (int) f(x));
            p.word("cvt.rni.s32.f32 %r20, %r10;", (x, y, z) -> (int) Math.rint(f(x)));
            p.word("cvt.rmi.s32.f32 %r20, %r10;", (x, y, z) -> (int) Math.floor(f(x)));
            p.word("cvt.rpi.f32.f32 %r20, %r10;", (x, y, z) -> Float.isNaN(f(x)) ? x : bits((float) Math.ceil(f(x))));
            p.word("cvt.rzi.u32.f32 %r20, %r10;", (x, y, z) -> Float.isNaN(f(x)) ? 0 : Math.clamp((long) f(x), 0,
                    0xffffffffL));
            p.wide("cvt.rzi.s64.f32 %rd20, %r10;", (x, y, z) -> Float.isNaN(f(x)) ? Long.MIN_VALUE : (long) f(x));
            p.wide("cvt.f64.f32 %rd20, %r10;", (x, y, z) -> d(f(x)));
        }
        try (Probe p = Probe.of(false, 0, 1, 0xffffffffL, 0x80000000L, 0x7fffffff, 16777217, 33554435, 0xffffff7fL,
                255)) {
            p.word("cvt.rn.f32.s32 %r20, %r10;", (x, y, z) -> bits((float) (int) x));
            p.word("cvt.rn.f32.u32 %r20, %r10;", (x, y, z) -> bits((float) x));
            p.word("cvt.rm.f32.u32 %r20, %r10;", (x, y, z) -> bits(rounded(new BigDecimal(x), "rm")));
            p.word("cvt.rp.f32.s32 %r20, %r10;", (x, y, z) -> bits(rounded(new BigDecimal((int) x), "rp")));
            p.wide("cvt.rn.f64.u32 %rd20, %r10;", (x, y, z) -> d(x));
            p.word("cvt.rn.f32.u8 %r20, %r10;", (x, y, z) -> bits(x & 255));
        }
        try (Probe p = Probe.of(true, 0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x4000004000000001L,
                0xfffffffffffffbffL)) {
            p.word("cvt.rn.f32.s64 %r20, %rd10;", (x, y, z) -> bits((float) x));
            p.word("cvt.rn.f32.u64 %r20, %rd10;",
                    (x, y, z) -> bits(new BigDecimal(new java.math.BigInteger(Long.toUnsignedString(x))).floatValue()));
            p.wide("cvt.rn.f64.s64 %rd20, %rd10;", (x, y, z) -> d(x));
        }
    }

    @Test
    void shortFloats() {
        try (Probe p = random(6)) {
            p.word("cvt.rn.f16.f32 %rs1, %r10;\ncvt.u32.u16 %r20, %rs1;",
                    (x, y, z) -> Float.floatToFloat16(f(x)) & 0xffff);
            p.word("cvt.rn.f16.f32 %rs1, %r10;\ncvt.f32.f16 %r20, %rs1;",
                    (x, y, z) -> bits(Float.float16ToFloat(Float.floatToFloat16(f(x)))));
            p.word("cvt.rn.f16x2.f32 %r20, %r10, %r11;", (x, y, z) -> (Float.floatToFloat16(f(x)) & 0xffffL) << 16
                    | Float.floatToFloat16(f(y)) & 0xffff);
            p.word("cvt.rn.bf16.f32 %rs1, %r10;\ncvt.u32.u16 %r20, %rs1;", (x, y, z) -> x + 0x7fff
                    + (x >>> 16 & 1) >>> 16);
            p.word("cvt.rn.bf16x2.f32 %r20, %r10, %r11;", (x, y, z) -> x + 0x7fff + (x >>> 16 & 1) >>> 16 << 16
                    | y + 0x7fff + (y >>> 16 & 1) >>> 16);
            p.word("cvt.rna.tf32.f32 %r20, %r10;", (x, y, z) -> x + 0x1000 & 0xffffe000L);
            p.word("cvt.rn.f16x2.f32 %r3, %r10, %r11;\ncvt.rn.f16x2.f32 %r4, %r11, %r12;\nadd.f16x2 %r20, %r3, %r4;",
                    (x, y, z) -> sum16(x, y) << 16 | sum16(y, z));
            p.word("cvt.rn.f16.f32 %rs1, %r10;\ncvt.rn.f16.f32 %rs2, %r11;\nmul.f16 %rs3, %rs1, %rs2;\n"
                    + "cvt.u32.u16 %r20, %rs3;",
                    (x, y, z) -> Float.floatToFloat16(half(x) * half(y)) & 0xffff);
        }
    }

    private static float half(long x) {
        return Float.float16ToFloat(Float.floatToFloat16(f(x)));
    }

    private static long sum16(long x, long y) {
        return Float.floatToFloat16(half(x) + half(y)) & 0xffff;
    }
}
