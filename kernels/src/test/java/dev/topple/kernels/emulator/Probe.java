// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.kernels.driver.Extent;

/** Runs a few instructions for 32 lanes with operands of their own and compares with Java. */
final class Probe implements AutoCloseable {

    /** What an instruction is meant to give. */
    interface Expected {
        long of(long x, long y, long z);
    }

    private final Bench bench = new Bench();
    private final long[] x;
    private final long[] y;
    private final long[] z;
    private final boolean wide;
    private final long in;
    private final long out;

    /** Lanes with those operands. They are %r10, %r11 and %r12, or %rd10 to %rd12 if wide. */
    Probe(long[] x, long[] y, long[] z, boolean wide) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.wide = wide;
        long[] all = new long[96];
        System.arraycopy(x, 0, all, 0, 32);
        System.arraycopy(y, 0, all, 32, 32);
        System.arraycopy(z, 0, all, 64, 32);
        in = bench.put(all);
        out = bench.room(256);
    }

    /** Lanes with every pair of the given values, in turn, the third another one. */
    static Probe of(boolean wide, long... values) {
        long[] x = new long[32];
        long[] y = new long[32];
        long[] z = new long[32];
        for (int l = 0; l < 32; l++) {
            x[l] = values[l % values.length];
            y[l] = values[(l * 7 + l / values.length) % values.length];
            z[l] = values[(l * 3 + 1) % values.length];
        }
        return new Probe(x, y, z, wide);
    }

    /** What the instructions leave in %r20 or %rd20 (result 64 bits wide). */
    long[] run(String body, boolean wideResult) {
        String load = """
                mul.wide.u32 %rd4, %r1, 8;
                add.s64 %rd5, %rd0, %rd4;
                """ + (wide
                ? "ld.global.u64 %rd10, [%rd5];\nld.global.u64 %rd11, [%rd5+256];\n"
                        + "ld.global.u64 %rd12, [%rd5+512];\n"
                : "ld.global.u32 %r10, [%rd5];\nld.global.u32 %r11, [%rd5+256];\n"
                        + "ld.global.u32 %r12, [%rd5+512];\n");
        String store = "\nadd.s64 %rd6, %rd1, %rd4;\n"
                + (wideResult ? "" : "cvt.u64.u32 %rd20, %r20;\n") + "st.global.u64 [%rd6], %rd20;";
        String ptx = Bench.kernel(load + body + store, "");
        bench.run(bench.load(ptx, "k"), Extent.of(1), Extent.of(32), 0, in, out, 0L, 0);
        return bench.longs(out, 32);
    }

    /** Compares 32 bits of %r20. */
    void word(String body, Expected expected) {
        check(body, run(body, false), 0xffffffffL, expected);
    }

    /** Compares %rd20. */
    void wide(String body, Expected expected) {
        check(body, run(body, true), -1, expected);
    }

    private void check(String body, long[] got, long mask, Expected expected) {
        for (int l = 0; l < 32; l++) {
            int lane = l;
            assertEquals(Long.toHexString(expected.of(x[l], y[l], z[l]) & mask), Long.toHexString(got[l]),
                    () -> body + " of 0x" + Long.toHexString(x[lane]) + ", 0x" + Long.toHexString(y[lane]) + ", 0x"
                            + Long.toHexString(z[lane]));
        }
    }

    @Override
    public void close() {
        bench.close();
    }
}
