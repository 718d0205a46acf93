// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** What the lanes of a warp and the threads of a block do together. */
final class WarpInstructionTest {

    /** Runs a block of threads, whose result is in %r20, and compares. */
    private static void check(int threads, String body, IntUnaryOperator expected) {
        try (Bench bench = new Bench()) {
            long out = bench.room(4L * threads);
            bench.run(body + "\nadd.s64 %rd4, %rd0, %rd3;\nst.global.u32 [%rd4], %r20;", "", threads, out, 0, 0, 0);
            int[] got = bench.ints(out, threads);
            for (int t = 0; t < threads; t++) {
                assertEquals(expected.applyAsInt(t), got[t], body + ", thread " + t);
            }
        }
    }

    @Test
    void shuffles() {
        check(64, "shfl.sync.bfly.b32 %r20, %r1, 5, 31, -1;", t -> t ^ 5);
        check(64, "shfl.sync.idx.b32 %r20, %r1, 7, 31, -1;", t -> t / 32 * 32 + 7);
        check(32, "shfl.sync.up.b32 %r20|%p1, %r1, 3, 0, -1;\n@!%p1 add.s32 %r20, %r20, 100;", t -> t < 3 ? t + 100
                : t - 3);
        check(32, "shfl.sync.down.b32 %r20|%p1, %r1, 3, 31, -1;\n@!%p1 add.s32 %r20, %r20, 100;",
                t -> t > 28 ? t + 100 : t + 3);
        // Segments of 8 lanes.
        check(32, "shfl.sync.down.b32 %r20, %r1, 3, 6175, -1;", t -> t % 8 > 4 ? t : t + 3);
        check(32, "shfl.sync.up.b32 %r20, %r1, 3, 6144, -1;", t -> t % 8 < 3 ? t : t - 3);
        check(32, "shfl.sync.idx.b32 %r20, %r1, 10, 6175, -1;", t -> t / 8 * 8 + 2);
        // The two halves of a warp by themselves, from different places of the text.
        check(32, "setp.lt.s32 %p1, %r1, 16;\n@%p1 bra A;\nshfl.sync.bfly.b32 %r20, %r1, 1, 31, 0xffff0000;\nbra B;\n"
                + "A:\nshfl.sync.bfly.b32 %r20, %r1, 2, 31, 0xffff;\nB:", t -> t < 16 ? t ^ 2 : t ^ 1);
        // Lanes that come to the same place one after another wait for each other.
        check(32, "mov.u32 %r3, 0;\nA:\nadd.s32 %r3, %r3, 1;\nsetp.lt.s32 %p1, %r3, %r1;\n@%p1 bra A;\n"
                + "shfl.sync.bfly.b32 %r20, %r3, 1, 31, -1;", t -> Math.max(1, t ^ 1));
    }

    @Test
    void votesAndMatches() {
        check(32, "setp.lt.s32 %p1, %r1, 5;\nvote.sync.ballot.b32 %r20, %p1, -1;", t -> 31);
        check(32, "setp.lt.s32 %p1, %r1, 5;\nvote.sync.any.pred %p2, %p1, -1;\nselp.u32 %r20, 1, 0, %p2;", t -> 1);
        check(32, "setp.lt.s32 %p1, %r1, 5;\nvote.sync.all.pred %p2, !%p1, -1;\nselp.u32 %r20, 1, 0, %p2;", t -> 0);
        check(32, "setp.lt.s32 %p1, %r1, 50;\nvote.sync.uni.pred %p2, %p1, -1;\nselp.u32 %r20, 1, 0, %p2;", t -> 1);
        check(20, "activemask.b32 %r20;", t -> 0xfffff);
        check(32, "and.b32 %r3, %r1, 3;\nmatch.any.sync.b32 %r20, %r3, -1;", t -> 0x11111111 << t % 4);
        check(32, "mov.u32 %r3, 9;\nmatch.all.sync.b32 %r20|%p1, %r3, -1;", t -> -1);
        check(32, "redux.sync.add.s32 %r20, %r1, -1;", t -> 496);
        check(32, "redux.sync.max.u32 %r20, %r1, -1;", t -> 31);
        check(64, "setp.lt.s32 %p1, %r1, 40;\nbar.red.popc.u32 %r20, 0, %p1;", t -> 40);
        check(64, "setp.lt.s32 %p1, %r1, 40;\nbar.red.and.pred %p2, 0, %p1;\nbar.red.or.pred %p3, 0, !%p1;\n"
                + "selp.u32 %r3, 1, 0, %p2;\nselp.u32 %r4, 2, 0, %p3;\nor.b32 %r20, %r3, %r4;", t -> 2);
    }

    @Test
    void specialRegisters() {
        check(40, "mov.u32 %r20, %laneid;", t -> t % 32);
        check(40, "mov.u32 %r20, %warpid;", t -> t / 32);
        check(32, "mov.u32 %r20, %lanemask_lt;", t -> (1 << t) - 1);
        check(32, "mov.u32 %r20, %lanemask_ge;", t -> -(1 << t));
        check(33, "mov.u32 %r3, %ntid.x;\nmov.u32 %r4, %nctaid.z;\nmad.lo.s32 %r20, %r3, 10, %r4;", t -> 331);
    }

    @Test
    void barriersOfPartsOfABlock() {
        // The second warp hands a value to the first without waiting for it.
        String shared = ".shared .align 4 .b8 tile[4];\n";
        try (Bench bench = new Bench()) {
            long out = bench.room(4);
            bench.run("setp.ge.s32 %p1, %r1, 32;\n@%p1 bra GIVE;\nbar.sync 1, 64;\nld.shared.u32 %r3, [tile];\n"
                    + "st.global.u32 [%rd0], %r3;\nbra DONE;\nGIVE:\nmov.u32 %r3, 77;\nst.shared.u32 [tile], %r3;\n"
                    + "bar.arrive 1, 64;\nDONE:", shared, 64, out, 0, 0, 0);
            assertArrayEquals(new int[] {77}, bench.ints(out, 1));
        }
    }

    private static String loads(int count, int from, int register) {
        StringBuilder out = new StringBuilder();
        for (int k = 0; k < count; k++) {
            out.append("ld.global.u32 %r").append(register + k).append(", [%rd5+").append(from
                    + 128 * k).append("];\n");
        }
        return out.toString();
    }

    /** The product of fragments laid out by the manual's tables, against a plain one. */
    private static void product(String type, int depth, boolean words) {
        Random r = new Random(depth);
        float[][] a = new float[16][depth];
        float[][] b = new float[depth][8];
        for (float[] row : a) {
            for (int k = 0; k < depth; k++) {
                row[k] = r.nextInt(17) - 8;
            }
        }
        for (float[] row : b) {
            for (int k = 0; k < 8; k++) {
                row[k] = (r.nextInt(17) - 8) / 4f;
            }
        }
        int pairs = words ? 1 : 2;
        int as = words ? depth / 2 : depth / 4;
        int bs = as / 2;
        int[] in = new int[32 * (as + bs)];
        for (int l = 0; l < 32; l++) {
            int g = l / 4;
            int c = l % 4;
            for (int k = 0; k < as; k++) {
                int row = g + (k % 2) * 8;
                int column = c * pairs + k / 2 * 4 * pairs;
                in[k * 32 + l] = words ? Float.floatToRawIntBits(a[row][column]) | 0x1fff
                        : pack(type, a[row][column], a[row][column + 1]);
            }
            for (int k = 0; k < bs; k++) {
                int row = c * pairs + k * 4 * pairs;
                in[(as + k) * 32 + l] = words ? Float.floatToRawIntBits(b[row][g]) | 0x1fff : pack(type, b[row][g],
                        b[row + 1][g]);
            }
        }
        StringBuilder x = new StringBuilder();
        StringBuilder y = new StringBuilder();
        for (int k = 0; k < as; k++) {
            x.append(k == 0 ? "%r" : ", %r").append(10 + k);
        }
        for (int k = 0; k < bs; k++) {
            y.append(k == 0 ? "%r" : ", %r").append(20 + k);
        }
        String body = "add.s64 %rd5, %rd0, %rd3;\n" + loads(as, 0, 10) + loads(bs, 128 * as, 20)
                + "mov.f32 %f1, 0f3F800000;\nmma.sync.aligned.m16n8k" + depth + ".row.col.f32." + type + "." + type
                + ".f32 {%f2, %f3, %f4, %f5}, {" + x + "}, {" + y + "}, {%f1, %f1, %f1, %f1};\n"
                + "shl.b64 %rd6, %rd3, 2;\nadd.s64 %rd6, %rd6, %rd1;\nst.global.v4.f32 [%rd6], {%f2, %f3, %f4, %f5};";
        try (Bench bench = new Bench()) {
            long out = bench.room(512);
            bench.run(body, "", 32, bench.put(in), out, 0, 0);
            float[] got = bench.floats(out, 128);
            for (int i = 0; i < 128; i++) {
                int l = i / 4;
                int row = l / 4 + i % 4 / 2 * 8;
                int column = l % 4 * 2 + i % 2;
                float wanted = 1;
                for (int k = 0; k < depth; k++) {
                    wanted += a[row][k] * b[k][column];
                }
                assertEquals(wanted, got[i], type + " " + row + ", " + column);
            }
        }
    }

    private static int pack(String type, float low, float high) {
        return type.equals("f16") ? Float.floatToFloat16(low) & 0xffff | Float.floatToFloat16(high) << 16
                : Float.floatToRawIntBits(low) >>> 16 | Float.floatToRawIntBits(high) & 0xffff0000;
    }

    @Test
    void productsOfMatrices() {
        product("tf32", 4, true);
        product("tf32", 8, true);
        product("f16", 8, false);
        product("f16", 16, false);
        product("bf16", 8, false);
        product("bf16", 16, false);
    }

    @Test
    void matricesFromSharedMemory() {
        for (boolean turned : new boolean[] {false, true}) {
            // Row i of matrix m lies at 16 (8 m + i) and holds 100 m + 10 i + column.
            String fill = "shl.b32 %r3, %r1, 4;\nadd.s32 %r3, %r3, tileAt;\nshr.u32 %r4, %r1, 3;\n"
                    + "mul.lo.s32 %r4, %r4, 100;\n"
                    + "and.b32 %r5, %r1, 7;\nmad.lo.s32 %r4, %r5, 10, %r4;\n";
            StringBuilder body = new StringBuilder("mov.u32 %r6, tile;\n" + fill.replace("tileAt", "%r6"));
            for (int k = 0; k < 8; k++) {
                body.append("add.s32 %r7, %r4, ").append(k).append(";\nst.shared.u16 [%r3+").append(2 * k)
                        .append("], %r7;\n");
            }
            body.append("bar.sync 0;\nldmatrix.sync.aligned.m8n8.x4").append(turned ? ".trans" : "")
                    .append(".shared.b16 {%r10, %r11, %r12, %r13}, [%r3];\nshl.b64 %rd6, %rd3, 2;\n"
                            + "add.s64 %rd6, %rd6, %rd0;\nst.global.v4.u32 [%rd6], {%r10, %r11, %r12, %r13};");
            try (Bench bench = new Bench()) {
                long out = bench.room(512);
                bench.run(body.toString(), ".shared .align 16 .b8 tile[512];\n", 32, out, 0, 0, 0);
                int[] got = bench.ints(out, 128);
                for (int i = 0; i < 128; i++) {
                    int one = i / 4 / 4;
                    int other = i / 4 % 4 * 2;
                    int low = i % 4 * 100 + (turned ? 10 * other + one : 10 * one + other);
                    assertEquals(low | low + (turned ? 10 : 1) << 16, got[i], "register " + i % 4 + ", lane " + i / 4);
                }
            }
        }
    }
}
