// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Whole numbers and bits. */
final class IntegerInstructionTest {

    private static final long[] WORDS = {0, 1, 0xffffffffL, 0x80000000L, 0x7fffffff, 5, 0xfffffffbL, 0x12345678,
        0xdeadbeefL, 31, 32, 33, 0x00ff00ff};
    private static final long[] WIDES = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 5, -5, 0x123456789abcdef0L, 63, 64,
        65,
        0xffffffffL, -0x100000000L};

    @Test
    void arithmeticOf32Bits() {
        try (Probe p = Probe.of(false, WORDS)) {
            p.word("add.s32 %r20, %r10, %r11;", (x, y, z) -> x + y);
            p.word("sub.u32 %r20, %r10, %r11;", (x, y, z) -> x - y);
            p.word("mul.lo.s32 %r20, %r10, %r11;", (x, y, z) -> x * y);
            p.word("mul.hi.s32 %r20, %r10, %r11;", (x, y, z) -> (long) (int) x * (int) y >> 32);
            p.word("mul.hi.u32 %r20, %r10, %r11;", (x, y, z) -> x * y >>> 32);
            p.wide("mul.wide.s32 %rd20, %r10, %r11;", (x, y, z) -> (long) (int) x * (int) y);
            p.wide("mul.wide.u32 %rd20, %r10, %r11;", (x, y, z) -> x * y);
            p.wide("mov.b64 %rd7, {%r10, %r11};\nmad.wide.s32 %rd20, %r11, %r12, %rd7;",
                    (x, y, z) -> (long) (int) y * (int) z + (x | y << 32));
            p.word("mad.lo.s32 %r20, %r10, %r11, %r12;", (x, y, z) -> x * y + z);
            p.word("mad.hi.u32 %r20, %r10, %r11, %r12;", (x, y, z) -> (x * y >>> 32) + z);
            p.word("or.b32 %r7, %r11, 1;\ndiv.s32 %r20, %r10, %r7;", (x, y, z) -> (int) x / (int) (y | 1));
            p.word("or.b32 %r7, %r11, 1;\ndiv.u32 %r20, %r10, %r7;", (x, y, z) -> x / (y | 1));
            p.word("or.b32 %r7, %r11, 1;\nrem.s32 %r20, %r10, %r7;", (x, y, z) -> (int) x % (int) (y | 1));
            p.word("or.b32 %r7, %r11, 1;\nrem.u32 %r20, %r10, %r7;", (x, y, z) -> x % (y | 1));
            p.word("abs.s32 %r20, %r10;", (x, y, z) -> Math.abs((int) x));
            p.word("neg.s32 %r20, %r10;", (x, y, z) -> -x);
            p.word("min.s32 %r20, %r10, %r11;", (x, y, z) -> Math.min((int) x, (int) y));
            p.word("max.s32 %r20, %r10, %r11;", (x, y, z) -> Math.max((int) x, (int) y));
            p.word("min.u32 %r20, %r10, %r11;", (x, y, z) -> Math.min(x, y));
            p.word("max.u32 %r20, %r10, %r11;", (x, y, z) -> Math.max(x, y));
            p.word("add.sat.s32 %r20, %r10, %r11;",
                    (x, y, z) -> Math.clamp((long) (int) x + (int) y, Integer.MIN_VALUE, Integer.MAX_VALUE));
            p.word("sad.u32 %r20, %r10, %r11, %r12;", (x, y, z) -> Math.abs(x - y) + z);
            p.word("sad.s32 %r20, %r10, %r11, %r12;", (x, y, z) -> Math.abs((long) (int) x - (int) y) + z);
            p.word("mul24.lo.s32 %r20, %r10, %r11;", (x, y, z) -> (x << 40 >> 40) * (y << 40 >> 40));
        }
    }

    @Test
    void arithmeticOf64And16Bits() {
        try (Probe p = Probe.of(true, WIDES)) {
            p.wide("add.s64 %rd20, %rd10, %rd11;", (x, y, z) -> x + y);
            p.wide("sub.s64 %rd20, %rd10, %rd11;", (x, y, z) -> x - y);
            p.wide("mul.lo.s64 %rd20, %rd10, %rd11;", (x, y, z) -> x * y);
            p.wide("mul.hi.s64 %rd20, %rd10, %rd11;", (x, y, z) -> Math.multiplyHigh(x, y));
            p.wide("mul.hi.u64 %rd20, %rd10, %rd11;", (x, y, z) -> Math.unsignedMultiplyHigh(x, y));
            p.wide("mad.lo.s64 %rd20, %rd10, %rd11, %rd12;", (x, y, z) -> x * y + z);
            p.wide("or.b64 %rd7, %rd11, 1;\ndiv.s64 %rd20, %rd10, %rd7;", (x, y, z) -> x / (y | 1));
            p.wide("or.b64 %rd7, %rd11, 1;\nrem.u64 %rd20, %rd10, %rd7;", (x, y, z) -> Long.remainderUnsigned(x, y
                    | 1));
            p.wide("min.s64 %rd20, %rd10, %rd11;", (x, y, z) -> Math.min(x, y));
            p.wide("max.u64 %rd20, %rd10, %rd11;", (x, y, z) -> Long.compareUnsigned(x, y) > 0 ? x : y);
            p.wide("xor.b64 %rd20, %rd10, %rd11;", (x, y, z) -> x ^ y);
            p.wide("not.b64 %rd20, %rd10;", (x, y, z) -> ~x);
            p.wide("cvt.u32.u64 %r7, %rd11;\nshl.b64 %rd20, %rd10, %r7;", (x, y, z) -> (y & 0xffffffffL) > 63 ? 0
                    : x << y);
            p.wide("cvt.u32.u64 %r7, %rd11;\nshr.u64 %rd20, %rd10, %r7;", (x, y, z) -> (y & 0xffffffffL) > 63 ? 0
                    : x >>> y);
            p.wide("cvt.u32.u64 %r7, %rd11;\nshr.s64 %rd20, %rd10, %r7;",
                    (x, y, z) -> x >> Math.min(63, y & 0xffffffffL));
            p.word("popc.b64 %r20, %rd10;", (x, y, z) -> Long.bitCount(x));
            p.word("clz.b64 %r20, %rd10;", (x, y, z) -> Long.numberOfLeadingZeros(x));
            p.wide("brev.b64 %rd20, %rd10;", (x, y, z) -> Long.reverse(x));
            p.wide("bfi.b64 %rd20, %rd10, %rd11, 12, 20;", (x, y, z) -> y & ~0xfffff000L | x << 12 & 0xfffff000L);
            p.word("cvt.u16.u64 %rs1, %rd10;\ncvt.u16.u64 %rs2, %rd11;\nadd.s16 %rs3, %rs1, %rs2;\n"
                    + "cvt.s32.s16 %r20, %rs3;",
                    (x, y, z) -> (short) (x + y));
            p.word("cvt.u16.u64 %rs1, %rd10;\ncvt.u16.u64 %rs2, %rd11;\nmul.wide.s16 %r20, %rs1, %rs2;",
                    (x, y, z) -> (short) x * (short) y);
            p.word("cvt.u16.u64 %rs1, %rd10;\ncvt.u16.u64 %rs2, %rd11;\nmax.s16 %rs3, %rs1, %rs2;\n"
                    + "cvt.u32.u16 %r20, %rs3;",
                    (x, y, z) -> Math.max((short) x, (short) y) & 0xffff);
            p.word("cvt.u16.u64 %rs1, %rd10;\nshr.s16 %rs3, %rs1, 3;\ncvt.u32.u16 %r20, %rs3;",
                    (x, y, z) -> (short) x >> 3 & 0xffff);
        }
    }

    private static BigInteger unsigned(long x) {
        return BigInteger.valueOf(x).and(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
    }

    @Test
    void carries() {
        try (Probe p = Probe.of(true, WIDES)) {
            String split = "mov.b64 {%r3, %r4}, %rd10;\nmov.b64 {%r5, %r6}, %rd11;\n";
            String join = "\nmov.b64 %rd20, {%r7, %r8};";
            p.wide(split + "add.cc.u32 %r7, %r3, %r5;\naddc.u32 %r8, %r4, %r6;" + join, (x, y, z) -> x + y);
            p.wide(split + "sub.cc.u32 %r7, %r3, %r5;\nsubc.u32 %r8, %r4, %r6;" + join, (x, y, z) -> x - y);
            p.wide(split + "mul.lo.u32 %r7, %r3, %r5;\nmul.hi.u32 %r8, %r3, %r5;\nmad.lo.cc.u32 %r8, %r3, %r6, %r8;\n"
                    + "madc.lo.u32 %r8, %r4, %r5, %r8;\nsub.u32 %r8, %r8, 0;" + join, (x, y, z) -> {
                        long low = (x & 0xffffffffL) * (y & 0xffffffffL);
                        long middle = (x & 0xffffffffL) * (y >>> 32);
                        long high = (low >>> 32) + (middle & 0xffffffffL);
                        long carry = high >>> 32;
                        return low & 0xffffffffL | high + (x >>> 32) * (y & 0xffffffffL) + carry << 32;
                    });
            p.wide("add.cc.u64 %rd7, %rd10, %rd11;\naddc.u64 %rd20, %rd12, 0;", (x, y, z) -> z
                    + unsigned(x).add(unsigned(y)).shiftRight(64).longValue());
            p.wide("sub.cc.u64 %rd7, %rd10, %rd11;\nsubc.u64 %rd20, %rd12, 0;",
                    (x, y, z) -> z - (Long.compareUnsigned(x, y) < 0 ? 1 : 0));
        }
    }

    @Test
    void bits() {
        try (Probe p = Probe.of(false, WORDS)) {
            p.word("and.b32 %r20, %r10, %r11;", (x, y, z) -> x & y);
            p.word("or.b32 %r20, %r10, %r11;", (x, y, z) -> x | y);
            p.word("xor.b32 %r20, %r10, %r11;", (x, y, z) -> x ^ y);
            p.word("not.b32 %r20, %r10;", (x, y, z) -> ~x);
            p.word("cnot.b32 %r20, %r10;", (x, y, z) -> x == 0 ? 1 : 0);
            p.word("shl.b32 %r20, %r10, %r11;", (x, y, z) -> y > 31 ? 0 : x << y);
            p.word("shr.u32 %r20, %r10, %r11;", (x, y, z) -> y > 31 ? 0 : x >>> y);
            p.word("shr.s32 %r20, %r10, %r11;", (x, y, z) -> (int) x >> Math.min(y, 31));
            p.word("clz.b32 %r20, %r10;", (x, y, z) -> Integer.numberOfLeadingZeros((int) x));
            p.word("popc.b32 %r20, %r10;", (x, y, z) -> Long.bitCount(x));
            p.word("brev.b32 %r20, %r10;", (x, y, z) -> Integer.reverse((int) x));
            p.word("bfind.u32 %r20, %r10;", (x, y, z) -> x == 0 ? -1 : 63 - Long.numberOfLeadingZeros(x));
            p.word("bfind.shiftamt.s32 %r20, %r10;", (x, y, z) -> {
                int v = (int) x < 0 ? ~(int) x : (int) x;
                return v == 0 ? -1 : Integer.numberOfLeadingZeros(v);
            });
            p.word("bfe.u32 %r20, %r10, 4, 8;", (x, y, z) -> x >>> 4 & 0xff);
            p.word("bfe.s32 %r20, %r10, 28, 8;", (x, y, z) -> (int) x >> 28);
            p.word("bfe.s32 %r20, %r10, 4, 8;", (x, y, z) -> (byte) (x >>> 4));
            p.word("bfi.b32 %r20, %r10, %r11, 8, 4;", (x, y, z) -> y & ~0xf00L | x << 8 & 0xf00);
            p.word("prmt.b32 %r20, %r10, %r11, 0x6240;", (x, y, z) -> x & 255 | (y & 255) << 8 | (x >>> 16 & 255) << 16
                    | (y >>> 16 & 255) << 24);
            p.word("prmt.b32 %r20, %r10, %r11, 0xbbb3;", (x, y, z) -> x >>> 24 | ((int) x < 0 ? 0xffffff00L : 0));
            p.word("shf.l.wrap.b32 %r20, %r10, %r11, %r12;",
                    (x, y, z) -> (z & 31) == 0 ? y : y << (z & 31) | x >>> 32 - (z & 31));
            p.word("shf.r.clamp.b32 %r20, %r10, %r11, %r12;", (x, y, z) -> z > 31 ? y : (y << 32 | x) >>> z);
            p.word("lop3.b32 %r20, %r10, %r11, %r12, 0x96;", (x, y, z) -> x ^ y ^ z);
            p.word("lop3.b32 %r20, %r10, %r11, %r12, 0xca;", (x, y, z) -> x & y | ~x & z);
            p.word("dp4a.s32.s32 %r20, %r10, %r11, %r12;", (x, y, z) -> {
                long s = z;
                for (int k = 0; k < 32; k += 8) {
                    s += (byte) (x >>> k) * (byte) (y >>> k);
                }
                return s;
            });
            p.word("dp4a.u32.s32 %r20, %r10, %r11, %r12;", (x, y, z) -> {
                long s = z;
                for (int k = 0; k < 32; k += 8) {
                    s += (x >>> k & 255) * (byte) (y >>> k);
                }
                return s;
            });
        }
    }

    @Test
    void conversionsOfSizes() {
        try (Probe p = Probe.of(false, WORDS)) {
            p.wide("cvt.s64.s32 %rd20, %r10;", (x, y, z) -> (int) x);
            p.wide("cvt.u64.u32 %rd20, %r10;", (x, y, z) -> x);
            p.wide("cvt.u64.s32 %rd20, %r10;", (x, y, z) -> (int) x);
            p.word("cvt.s32.s8 %r20, %r10;", (x, y, z) -> (byte) x);
            p.word("cvt.s8.s32 %r20, %r10;", (x, y, z) -> (byte) x);
            p.word("cvt.u16.u32 %rs1, %r10;\ncvt.s32.s16 %r20, %rs1;", (x, y, z) -> (short) x);
            p.word("cvt.s16.s8 %rs1, %r10;\ncvt.u32.u16 %r20, %rs1;", (x, y, z) -> (byte) x & 0xffff);
            p.word("cvt.sat.u8.s32 %r20, %r10;", (x, y, z) -> Math.clamp((int) x, 0, 255));
            p.word("cvt.sat.s32.u32 %r20, %r10;", (x, y, z) -> Math.min(x, Integer.MAX_VALUE));
            p.word("mov.b32 {%rs1, %rs2}, %r10;\nmov.b32 %r20, {%rs2, %rs1};", (x, y, z) -> x >>> 16 | x << 16);
        }
    }

    @Test
    void relationsAndSelections() {
        try (Probe p = Probe.of(false, WORDS)) {
            String[] names = {"eq", "ne", "lt", "le", "gt", "ge"};
            for (String name : names) {
                for (String type : new String[] {"s32", "u32"}) {
                    p.word("setp." + name + "." + type + " %p1, %r10, %r11;\nselp.b32 %r20, 7, %r12, %p1;",
                            (x, y, z) -> holds(name, type.equals("s32") ? Integer.compare((int) x, (int) y)
                                    : Long.compare(x, y))
                                            ? 7 : z);
                }
            }
            p.word("setp.lt.s32 %p3, %r12, 9;\nsetp.gt.and.s32 %p1|%p2, %r10, %r11, !%p3;\nselp.u32 %r3, 1, 0, %p1;\n"
                    + "selp.u32 %r4, 2, 0, %p2;\nor.b32 %r20, %r3, %r4;",
                    (x, y, z) -> (int) z < 9 ? 0 : (int) x > (int) y ? 1 : 2);
            p.word("setp.lt.s32 %p3, %r12, 9;\nsetp.eq.xor.b32 %p1, %r10, %r11, %p3;\nselp.u32 %r20, 1, 0, %p1;",
                    (x, y, z) -> x == y ^ (int) z < 9 ? 1 : 0);
            p.word("set.lt.u32.s32 %r20, %r10, %r11;", (x, y, z) -> (int) x < (int) y ? -1 : 0);
            p.word("set.lt.f32.u32 %r20, %r10, %r11;", (x, y, z) -> x < y ? Float.floatToRawIntBits(1) : 0);
            p.word("slct.b32.s32 %r20, %r10, %r11, %r12;", (x, y, z) -> (int) z >= 0 ? x : y);
            p.word("setp.lo.u32 %p1, %r10, %r11;\nsetp.ne.s32 %p2, %r12, 5;\nand.pred %p3, %p1, %p2;\n"
                    + "not.pred %p4, %p3;\n"
                    + "mov.u32 %r20, 3;\n@!%p4 mov.u32 %r20, 4;", (x, y, z) -> x < y && z != 5 ? 4 : 3);
        }
        try (Probe p = Probe.of(true, WIDES)) {
            p.word("setp.ge.u64 %p1, %rd10, %rd11;\nselp.u32 %r20, 1, 0, %p1;", (x, y, z) -> Long.compareUnsigned(x,
                    y) >= 0 ? 1 : 0);
            p.wide("setp.lt.s64 %p1, %rd10, %rd11;\nselp.b64 %rd20, %rd10, %rd12, %p1;", (x, y, z) -> x < y ? x : z);
        }
        assertEquals(6, PtxParser.operands("a, {b, c}, [d+4], e|f, (g, h), 5").size());
    }

    private static boolean holds(String name, int order) {
        return switch (name) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt" -> order < 0;
            case "le" -> order <= 0;
            case "gt" -> order > 0;
            default -> order >= 0;
        };
    }
}
