// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Bits and numbers: sizes, signs, short floats, rounding in a given direction. */
final class Values {

    private Values() {}

    /** The lowest bits. */
    static long truncate(long value, int bits) {
        return bits >= 64 ? value : value & (1L << bits) - 1;
    }

    /** A value as its type means it: with its sign if it has one, with zeros above otherwise. */
    static long normalise(long value, PtxType type) {
        int bits = type.bits();
        if (bits >= 64) {
            return value;
        }
        return type.signed() ? value << 64 - bits >> 64 - bits : value & (1L << bits) - 1;
    }

    static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    static long bits(float f) {
        return Float.floatToRawIntBits(f) & 0xffffffffL;
    }

    static long bits(double d) {
        return Double.doubleToRawLongBits(d);
    }

    /** Denormal numbers become zeros of their sign. */
    static float flush(float f) {
        return Math.abs(f) < Float.MIN_NORMAL ? Math.copySign(0f, f) : f;
    }

    /** Into [0, 1]; what is no number becomes 0. */
    static float saturate(float f) {
        return f > 0 ? Math.min(f, 1f) : 0f;
    }

    /** What the bits of a floating type stand for. */
    static double decode(long bits, PtxType type) {
        return switch (type.name()) {
            case "f16" -> Float.float16ToFloat((short) bits);
            case "bf16" -> Float.intBitsToFloat((int) bits << 16);
            case "f64" -> d(bits);
            default -> f(bits);
        };
    }

    /**
     * The bits of a number in a floating type.
     *
     * @param mode rn, rz, rm, rp, or rna: halves away from zero
     */
    static long encode(double x, PtxType type, String mode) {
        return switch (type.name()) {
            case "f16" -> Float.floatToFloat16((float) round(x, 11, -14, 15, mode)) & 0xffffL;
            case "bf16" -> bf16(x, mode);
            case "tf32" -> bits((float) round(x, 11, -126, 127, mode));
            case "f64" -> bits(x);
            default -> bits(toFloat(x, 0, mode));
        };
    }

    private static long bf16(double x, String mode) {
        return Double.isNaN(x) ? 0x7fff : bits((float) round(x, 8, -126, 127, mode)) >>> 16;
    }

    /** Rounds to a number of a format with that many significant bits. */
    static double round(double x, int precision, int minimumExponent, int maximumExponent, String mode) {
        if (x == 0 || Double.isNaN(x) || Double.isInfinite(x)) {
            return x;
        }
        int exponent = Math.max(Math.getExponent(x), minimumExponent);
        double unit = Math.scalb(1.0, exponent - precision + 1);
        double q = x / unit;
        double r = switch (mode) {
            case "rz" -> q < 0 ? Math.ceil(q) : Math.floor(q);
            case "rm" -> Math.floor(q);
            case "rp" -> Math.ceil(q);
            case "rna" -> Math.copySign(Math.floor(Math.abs(q) + 0.5), q);
            default -> Math.rint(q);
        };
        double value = Math.copySign(r * unit, x);
        double largest = Math.scalb(2 - Math.scalb(1.0, 1 - precision), maximumExponent);
        if (Math.abs(value) > largest) {
            boolean inward = mode.equals("rz") || mode.equals("rm") && x > 0 || mode.equals("rp") && x < 0;
            return Math.copySign(inward ? largest : Double.POSITIVE_INFINITY, x);
        }
        return value;
    }

    /** The float of x + rest, where the rest is less than half a unit of x in its last place. */
    static float toFloat(double x, double rest, String mode) {
        float r = (float) x;
        if (mode.equals("rn")) {
            return r;
        }
        double beyond = x - r + rest;
        return switch (mode) {
            case "rm" -> beyond < 0 ? Math.nextDown(r) : r;
            case "rp" -> beyond > 0 ? Math.nextUp(r) : r;
            case "rz" -> r > 0 && beyond < 0 ? Math.nextDown(r) : r < 0 && beyond > 0 ? Math.nextUp(r) : r;
            default -> r;
        };
    }

    /** a * b + c, rounded once. */
    static float fma(float a, float b, float c, String mode) {
        if (mode.equals("rn")) {
            return Math.fma(a, b, c);
        }
        double p = (double) a * b;
        double s = p + c;
        double back = s - p;
        return toFloat(s, p - (s - back) + (c - back), mode);
    }

    static float divide(float a, float b, String mode) {
        float q = a / b;
        if (mode.equals("rn") || Float.isNaN(q) || Float.isInfinite(q) || b == 0 || Float.isInfinite(b)) {
            return q;
        }
        double left = Math.fma(-(double) q, b, a) * Math.signum(b);
        return step(q, left, mode);
    }

    static float squareRoot(float x, String mode) {
        float r = (float) Math.sqrt(x);
        return mode.equals("rn") || !(x > 0) || Float.isInfinite(x) ? r : step(r, Math.fma(-(double) r, r, x), mode);
    }

    private static float step(float r, double beyond, String mode) {
        return switch (mode) {
            case "rm" -> beyond < 0 ? Math.nextDown(r) : r;
            case "rp" -> beyond > 0 ? Math.nextUp(r) : r;
            default -> r > 0 && beyond < 0 ? Math.nextDown(r) : r < 0 && beyond > 0 ? Math.nextUp(r) : r;
        };
    }

    /** The rounding that an instruction names, rn if none. */
    static String mode(PtxModule.Instruction i) {
        for (String part : i.parts()) {
            switch (part) {
                case "rn", "rz", "rm", "rp", "rna" -> {
                    return part;
                }
                default -> {}
            }
        }
        return "rn";
    }
}
