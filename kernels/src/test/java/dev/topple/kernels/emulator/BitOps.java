// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Bits: fields, permutations, counts. */
final class BitOps {

    private BitOps() {}

    /** Those of {@link IntegerOps#decode} that deal with single bits. */
    static Lanes.Any slow(PtxModule.Instruction i, PtxType t) {
        boolean wide = t.bits() == 64;
        return switch (i.operation()) {
            case "clz" -> wide ? (x, y, z) -> Long.numberOfLeadingZeros(x)
                    : (x, y, z) -> Integer.numberOfLeadingZeros((int) x);
            case "popc" -> (x, y, z) -> Long.bitCount(x);
            case "brev" -> wide ? (x, y, z) -> Long.reverse(x) : (x, y, z) -> Integer.reverse((int) x);
            case "bfind" -> (x, y, z) -> bfind(x, t, i.has("shiftamt"));
            case "bfe" -> (x, y, z) -> bfe(x, (int) y & 255, (int) z & 255, t);
            case "prmt" -> prmt(i);
            case "dp4a" -> (x, y, z) -> dot(x, y, z, 8, part(i, 1), part(i, 2));
            case "dp2a" -> (x, y, z) -> dot2(x, y, z, i.has("hi"), part(i, 2), part(i, 3));
            case "shf" -> shf(i);
            case "fns" -> (x, y, z) -> fns((int) x, (int) y, (int) z);
            default -> throw i.unknown("there is no such operation on whole numbers");
        };
    }

    private static boolean part(PtxModule.Instruction i, int index) {
        return i.parts().get(index).equals("s32");
    }

    private static long bfind(long x, PtxType t, boolean shift) {
        long v = t.signed() && x < 0 ? ~x : x;
        v = Values.truncate(v, t.bits());
        if (v == 0) {
            return 0xffffffffL;
        }
        int top = 63 - Long.numberOfLeadingZeros(v);
        return shift ? t.bits() - 1 - top : top;
    }

    private static long bfe(long x, int position, int length, PtxType t) {
        int top = t.bits() - 1;
        boolean sign = t.signed() && length != 0 && (x >>> Math.min(position + length - 1, top) & 1) != 0;
        long out = 0;
        for (int k = 0; k <= top; k++) {
            boolean bit = k < length && position + k <= top ? (x >>> position + k & 1) != 0 : sign;
            out |= bit ? 1L << k : 0;
        }
        return out;
    }

    private static Lanes.Any prmt(PtxModule.Instruction i) {
        String mode = i.parts().getLast();
        return (x, y, z) -> {
            long both = y << 32 | x;
            long out = 0;
            int s = (int) z & 3;
            for (int k = 0; k < 4; k++) {
                int pick = switch (mode) {
                    case "f4e" -> s + k;
                    case "b4e" -> s - k & 7;
                    case "rc8" -> s;
                    case "ecl" -> Math.max(k, s);
                    case "ecr" -> Math.min(k, s);
                    case "rc16" -> (s & 1) * 2 + (k & 1);
                    default -> (int) (z >>> 4 * k) & 15;
                };
                long b = both >>> 8 * (pick & 7) & 255;
                out |= ((pick & 8) != 0 ? (b & 128) != 0 ? 255L : 0 : b) << 8 * k;
            }
            return out;
        };
    }

    private static long dot(long x, long y, long z, int bits, boolean signedX, boolean signedY) {
        long sum = z;
        for (int k = 0; k < 32; k += bits) {
            sum += field(x, k, bits, signedX) * field(y, k, bits, signedY);
        }
        return sum;
    }

    private static long dot2(long x, long y, long z, boolean high, boolean signedX, boolean signedY) {
        int from = high ? 16 : 0;
        return z + field(x, 0, 16, signedX) * field(y, from, 8, signedY)
                + field(x, 16, 16, signedX) * field(y, from + 8, 8, signedY);
    }

    private static long field(long x, int at, int bits, boolean signed) {
        long v = x >>> at & (1L << bits) - 1;
        return signed ? v << 64 - bits >> 64 - bits : v;
    }

    private static Lanes.Any shf(PtxModule.Instruction i) {
        boolean wrap = i.has("wrap");
        boolean left = i.has("l");
        return (low, high, by) -> {
            int n = wrap ? (int) by & 31 : (int) Math.min(by, 32);
            long both = high << 32 | low;
            return left ? n == 32 ? low : both << n >>> 32 : n == 32 ? high : both >>> n;
        };
    }

    private static long fns(int mask, int base, int offset) {
        int found = -1;
        if (offset == 0) {
            found = (mask >>> base & 1) != 0 ? base : -1;
        } else {
            int left = Math.abs(offset);
            for (int b = base; b >= 0 && b < 32; b += Integer.signum(offset)) {
                if ((mask >>> b & 1) != 0 && --left == 0) {
                    found = b;
                    break;
                }
            }
        }
        return found & 0xffffffffL;
    }

    /** lop3: any function of three bits. */
    static Action lop3(PtxModule.Instruction i, Operands o) {
        int d = o.target(i.operand(0), i).index();
        int a = o.word(1, i);
        int b = o.word(2, i);
        int c = o.word(3, i);
        int table = (int) Operands.literal(i.operand(4), i);
        return Lanes.w3(d, a, b, c, (out, x, y, z) -> {
            for (int l = 0; l < Warp.LANES; l++) {
                int r = 0;
                for (int k = 0; k < 8; k++) {
                    if ((table >>> k & 1) != 0) {
                        r |= ((k & 4) != 0 ? x[l] : ~x[l]) & ((k & 2) != 0 ? y[l] : ~y[l]) & ((k & 1) != 0 ? z[l]
                                : ~z[l]);
                    }
                }
                out[l] = r;
            }
        });
    }

    /** bfi: puts the low bits of one value into another. */
    static Action bfi(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        Register d = o.target(i.operand(0), i);
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        int c = o.word(3, i);
        int e = o.word(4, i);
        return (w, m) -> {
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int position = w.word[c][l] & 255;
                int length = w.word[e][l] & 255;
                long field = length >= 64 ? -1 : (1L << length) - 1;
                long mask = position >= 64 ? 0 : field << position;
                long x = position >= 64 ? 0 : a.get(w, l) << position;
                d.set(w, l, Values.truncate(b.get(w, l) & ~mask | x & mask, t.bits()));
            }
            d.define(w, m, a.defined(w) & b.defined(w) & w.wordDefined[c] & w.wordDefined[e]);
        };
    }
}
