// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.kernels.driver.Extent;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Memory of every kind, calls, branches by tables, atomic operations, copies that run beside. */
final class MemoryInstructionTest {

    private static final String TILE = ".shared .align 16 .b8 tile[1024];\n";

    private static int[] run(String body, String declarations, int threads, int count, int... input) {
        try (Bench bench = new Bench()) {
            long out = bench.room(4L * count);
            bench.run(body, TILE + declarations, threads, bench.put(input), out, 0, input.length);
            return bench.ints(out, count);
        }
    }

    private static int[] sequence(int count, IntUnaryOperator f) {
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = f.applyAsInt(i);
        }
        return out;
    }

    private static final String OUT = "add.s64 %rd5, %rd1, %rd3;\n";

    @Test
    void vectorsAndPieces() {
        assertArrayEquals(new int[] {4, 3, 2, 1}, run("ld.global.v4.u32 {%r3, %r4, %r5, %r6}, [%rd0];\n"
                + "st.global.v2.u32 [%rd1], {%r6, %r5};\nst.global.v2.u32 [%rd1+8], {%r4, %r3};", "", 1, 4, 1, 2, 3,
                4));
        assertArrayEquals(new int[] {3, 4, 1, 2}, run("ld.global.nc.v2.f64 {%fd1, %fd2}, [%rd0];\n"
                + "st.global.v2.f64 [%rd1], {%fd2, %fd1};", "", 1, 4, 1, 2, 3, 4));
        assertArrayEquals(new int[] {-2, 0xfe, -258, 0xfefe},
                run("ld.global.s8 %r3, [%rd0];\nld.global.u8 %rs1, [%rd0];\n"
                        + "cvt.u32.u16 %r4, %rs1;\nld.global.s16 %r5, [%rd0];\nld.global.u16 %r6, [%rd0+2];\n"
                        + "st.global.v4.u32 [%rd1], {%r3, %r4, %r5, %r6};", "", 1, 4, 0xfefefefe));
        // Long registers with short places.
        assertArrayEquals(new int[] {-7, -1, 7}, run("ld.global.s32 %rd6, [%rd0];\nst.global.u32 [%rd1], %rd6;\n"
                + "shr.s64 %rd7, %rd6, 32;\nst.global.u32 [%rd1+4], %rd7;\nneg.s64 %rd6, %rd6;\n"
                + "st.global.u32 [%rd1+8], %rd6;", "", 1, 3, -7));
    }

    @Test
    void spacesBehindGenericAddresses() {
        assertArrayEquals(sequence(8, t -> 10 * t + 5), run(".local .align 4 .b8 mine[8];\nmov.u32 %r3, tile;\n"
                + "cvt.u64.u32 %rd6, %r3;\ncvta.shared.u64 %rd6, %rd6;\nadd.s64 %rd6, %rd6, %rd3;\n"
                + "mul.lo.s32 %r4, %r1, 10;\n"
                + "st.u32 [%rd6], %r4;\ncvta.to.shared.u64 %rd7, %rd6;\nld.shared.u32 %r5, [%rd7];\n"
                + "mov.u64 %rd8, mine;\n"
                + "cvta.local.u64 %rd8, %rd8;\nst.u32 [%rd8+4], %r5;\nisspacep.shared %p1, %rd6;\n"
                + "isspacep.local %p2, %rd8;\n"
                + "isspacep.global %p3, %rd1;\nand.pred %p4, %p1, %p2;\nand.pred %p4, %p4, %p3;\n"
                + "ld.local.u32 %r6, [mine+4];\n"
                + "@%p4 add.s32 %r6, %r6, 5;\n" + OUT + "st.u32 [%rd5], %r6;", "", 8, 8, 0));
    }

    @Test
    void variablesOfTheModule() {
        try (Bench bench = new Bench()) {
            long out = bench.room(16);
            String ptx = Bench.kernel("mov.u64 %rd6, table;\nld.const.u32 %r3, [%rd6+4];\nld.global.u32 %r4, [bytes];\n"
                    + "ld.global.u64 %rd7, [pointer];\nld.global.f32 %r5, [%rd7];\nld.const.u32 %r6, [table+8];\n"
                    + "st.global.v4.u32 [%rd0], {%r3, %r4, %r5, %r6};\natom.global.add.u32 %r7, [bytes], 1;", "")
                    .replace(".visible",
                            ".const .align 4 .u32 table[3] = {5, 6};\n.global .align 4 .b8 bytes[4] = {1, 2, 3, 4};\n"
                                    + ".global .align 4 .f32 one = 0f3F800000;\n.global .align 8 .u64 pointer = one;\n"
                                    + ".visible");
            long f = bench.load(ptx, "k");
            bench.run(f, Extent.of(1), Extent.of(1), 0, out, 0L, 0L, 0);
            assertArrayEquals(new int[] {6, 0x04030201, 0x3f800000, 0}, bench.ints(out, 4));
            bench.run(f, Extent.of(1), Extent.of(1), 0, out, 0L, 0L, 0);
            assertEquals(0x04030202, bench.ints(out, 4)[1]);
        }
    }

    @Test
    void functionsAreCalled() {
        String function = """
                .func (.param .b32 result) twice(.param .b32 x, .param .align 8 .b8 pair[8])
                {
                .reg .b32 %r<9>;
                .reg .pred %p<3>;
                ld.param.b32 %r1, [x];
                setp.lt.s32 %p1, %r1, 4;
                @%p1 bra LOW;
                ld.param.b32 %r2, [pair+4];
                mad.lo.s32 %r3, %r1, 2, %r2;
                st.param.b32 [result+0], %r3;
                ret;
                LOW:
                st.param.b32 [result+0], %r1;
                ret;
                }
                """;
        String call = """
                {
                .param .b32 param0;
                .param .align 8 .b8 param1[8];
                .param .b32 retval0;
                st.param.b32 [param0+0], %r1;
                st.param.v2.b32 [param1+0], {%r1, %r9};
                call.uni (retval0), twice, (param0, param1);
                ld.param.b32 %r3, [retval0+0];
                }
                """;
        try (Bench bench = new Bench()) {
            long out = bench.room(32);
            String body = "mov.u32 %r9, 1000;\n" + call + call.replace("%r9", "%r3").replace("ld.param.b32 %r3",
                    "ld.param.b32 %r4")
                    + "add.s64 %rd5, %rd0, %rd3;\nst.global.u32 [%rd5], %r4;";
            bench.run(bench.load(Bench.kernel(body, "").replace(".visible", function + ".visible"), "k"),
                    Extent.of(1), Extent.of(8),
                    0, out, 0L, 0L, 0);
            assertArrayEquals(sequence(8, t -> t < 4 ? t : 4 * t + 1000), bench.ints(out, 8));
        }
    }

    @Test
    void branchesByTables() {
        assertArrayEquals(sequence(12, t -> t % 3 == 0 ? 5 : t % 3 == 1 ? 100 + t : -t), run("rem.u32 %r3, %r1, 3;\n"
                + "brx.idx %r3, table;\nA:\nmov.u32 %r4, 5;\nbra.uni D;\nB:\nadd.s32 %r4, %r1, 100;\nbra D;\n"
                + "C:\nneg.s32 %r4, %r1;\nD:\n"
                + "bar.sync 0;\n" + OUT + "st.global.u32 [%rd5], %r4;", "table: .branchtargets A, B, C;\n", 12, 12, 0));
    }

    @Test
    void dynamicSharedMemoryLiesBehindTheStatic() {
        try (Bench bench = new Bench()) {
            long out = bench.room(256);
            String ptx = Bench.kernel("mov.u32 %r3, more;\nmov.u32 %r4, tile;\nsub.s32 %r5, %r3, %r4;\n"
                    + "shl.b32 %r6, %r1, 2;\n"
                    + "add.s32 %r3, %r3, %r6;\nst.shared.u32 [%r3], %r5;\nld.shared.u32 %r7, [%r3];\n"
                    + "add.s64 %rd5, %rd0, %rd3;\n"
                    + "st.global.u32 [%rd5], %r7;", ".shared .align 4 .b8 tile[20];\n")
                    .replace(".visible", ".extern .shared .align 16 .b8 more[];\n.visible");
            bench.run(bench.load(ptx, "k"), Extent.of(1), Extent.of(64), 256, out, 0L, 0L, 0);
            assertArrayEquals(sequence(64, t -> 32), bench.ints(out, 64));
        }
    }

    private static int atomic(String operation, int start, String type) {
        return run("ld.global.u32 %r3, [%rd0];\nst.shared.u32 [tile], %r3;\nbar.sync 0;\nadd.s32 %r4, %r1, 1;\n"
                + "atom.shared."
                + operation + "." + type + " %r5, [tile], %r4;\nbar.sync 0;\nld.shared.u32 %r6, [tile];\n" + OUT
                + "st.global.u32 [%rd5], %r6;", "", 40, 40, start)[7];
    }

    @Test
    void atomicOperations() {
        assertEquals(820 + 3, atomic("add", 3, "u32"));
        assertEquals(-5, atomic("min", -5, "s32"));
        assertEquals(1, atomic("min", -5, "u32"));
        assertEquals(40, atomic("max", -5, "s32"));
        assertEquals(0, atomic("and", -1, "b32"));
        assertEquals(63, atomic("or", 0, "b32"));
        assertEquals(40, atomic("xor", 0, "b32"));
        assertEquals(40, atomic("exch", 9, "b32"));
        assertArrayEquals(new int[] {40, Float.floatToRawIntBits(40), 0, 0x40440000}, run("mov.f32 %f1, 0f3F800000;\n"
                + "mov.f64 %fd1, 0d3FF0000000000000;\nsetp.ne.s32 %p1, %r1, 0;\n@%p1 bra A;\nmov.u32 %r3, 0;\n"
                + "st.global.v4.u32 [%rd1], {%r3, %r3, %r3, %r3};\nA:\nbar.sync 0;\nred.global.add.u32 [%rd1], 1;\n"
                + "red.global.add.f32 [%rd1+4], %f1;\natom.global.add.f64 %fd2, [%rd1+8], %fd1;", "", 40, 4, 0));
        // Every thread gets a number of its own.
        int[] tickets = run("mov.u32 %r4, 1;\natom.global.add.u32 %r3, [%rd0], %r4;\n" + OUT
                + "st.global.u32 [%rd5], %r3;", "",
                40, 40, 7);
        assertArrayEquals(sequence(40, t -> t + 7), tickets);
        assertArrayEquals(sequence(4, t -> t == 0 ? 5 : 9),
                run("mov.u32 %r3, 9;\natom.global.cas.b32 %r4, [%rd0], 5, %r3;\n" + OUT
                        + "st.global.u32 [%rd5], %r4;", "", 4, 4, 5));
    }

    @Test
    void copiesFillUpWithZeros() {
        // Each thread takes 16 bytes, of which the last thread's source has four.
        int[] in = sequence(13, i -> i + 1);
        assertArrayEquals(sequence(16, i -> i < 13 ? i + 1 : 0), run("shl.b32 %r3, %r1, 4;\ncvt.u64.u32 %rd6, %r3;\n"
                + "add.s64 %rd7, %rd0, %rd6;\nmov.u32 %r4, tile;\nadd.s32 %r4, %r4, %r3;\n"
                + "sub.s32 %r5, 52, %r3;\nmin.s32 %r5, %r5, 16;\n"
                + "cp.async.cg.shared.global.L2::128B [%r4], [%rd7], 16, %r5;\ncp.async.wait_all;\n"
                + "ld.shared.v4.u32 {%r6, %r7, %r8, %r9}, [%r4];\nadd.s64 %rd7, %rd1, %rd6;\n"
                + "st.global.v4.u32 [%rd7], {%r6, %r7, %r8, %r9};", "", 4, 16, in));
    }

    @Test
    void copiesArriveByGroups() {
        String copy = "cp.async.ca.shared.global [%r4+AT], [%rd0+AT], 4;\ncp.async.commit_group;\n";
        assertArrayEquals(new int[] {3, 4, 5}, run("mov.u32 %r4, tile;\n" + copy.replace("AT", "0")
                + copy.replace("AT", "4")
                + copy.replace("AT", "8")
                + "cp.async.wait_group 2;\nld.shared.u32 %r5, [%r4];\ncp.async.wait_group 1;\n"
                + "ld.shared.u32 %r6, [%r4+4];\ncp.async.wait_group 0;\nld.shared.u32 %r7, [%r4+8];\n"
                + "st.global.u32 [%rd1], %r5;\nst.global.u32 [%rd1+4], %r6;\nst.global.u32 [%rd1+8], %r7;", "", 1, 3,
                3, 4, 5));
    }
}
