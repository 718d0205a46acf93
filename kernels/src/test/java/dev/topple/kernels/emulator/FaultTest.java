// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.emulator.KernelFault.Kind;
import org.junit.jupiter.api.Test;

/** One planted mistake of each kind that is reported, each beside the right way where that is near. */
final class FaultTest {

    private static final String SHARED = ".shared .align 16 .b8 tile[1024];\n";

    /** Runs 64 threads on 64 integers a, 64 integers b and an unwritten c, and expects a fault. */
    private static String fault(Kind kind, String body) {
        return fault(kind, body, 64, 1, EmulatorOptions.standard());
    }

    private static String fault(Kind kind, String body, int threads, int blocks, EmulatorOptions options) {
        KernelFault fault = assertThrows(KernelFault.class, () -> {
            try (Bench bench = new Bench(options)) {
                run(bench, body, threads, blocks);
            }
        });
        assertEquals(kind, fault.kind(), fault.getMessage());
        return fault.getMessage();
    }

    private static int[] run(Bench bench, String body, int threads, int blocks) {
        int[] values = new int[64];
        for (int i = 0; i < 64; i++) {
            values[i] = i;
        }
        long out = bench.room(256);
        bench.run(bench.load(Bench.kernel(body, SHARED), "k"), Extent.of(blocks), Extent.of(threads), 0,
                bench.put(values),
                bench.put(values), out, 64);
        return bench.ints(out, Math.min(threads, 64));
    }

    private static int[] fine(String body) {
        try (Bench bench = new Bench()) {
            return run(bench, body, 64, 1);
        }
    }

    @Test
    void readPastTheEnd() {
        String message = fault(Kind.OUT_OF_BOUNDS, "add.s64 %rd4, %rd0, %rd3;\nld.global.u32 %r3, [%rd4+4];");
        assertTrue(message.contains("kernel k, 'ld.global.u32 %r3, [%rd4+4]' (line 21), block (0,0,0), thread "
                + "(63,0,0)"), message);
        assertTrue(message.contains("which start 256 bytes into an allocation of 256"), message);
    }

    @Test
    void writeBeforeTheStartAndAcrossTheEnd() {
        fault(Kind.OUT_OF_BOUNDS, "st.global.u32 [%rd0+-4], %r1;");
        fault(Kind.OUT_OF_BOUNDS, "mov.u64 %rd5, 8;\nst.global.u32 [%rd5], %r1;");
        fault(Kind.OUT_OF_BOUNDS, "mov.b64 %rd5, 7;\nst.global.u64 [%rd0+256], %rd5;");
    }

    @Test
    void misaligned() {
        fault(Kind.MISALIGNED, "ld.global.u32 %r3, [%rd0+2];");
        fault(Kind.MISALIGNED, "ld.global.v4.u32 {%r3, %r4, %r5, %r6}, [%rd0+8];");
        fault(Kind.MISALIGNED, "mov.u32 %r3, tile;\nst.shared.u32 [%r3+1], %r1;");
    }

    @Test
    void usedAfterItWasFreed() {
        KernelFault fault = assertThrows(KernelFault.class, () -> {
            try (Bench bench = new Bench()) {
                long gone = bench.put(1, 2, 3);
                bench.free(gone);
                bench.run("ld.global.u32 %r3, [%rd0];", "", 1, gone, 0, 0, 0);
            }
        });
        assertEquals(Kind.USE_AFTER_FREE, fault.kind());
    }

    @Test
    void sharedLocalAndParameterMemoryEnd() {
        fault(Kind.OUT_OF_BOUNDS, "mov.u32 %r3, tile;\nmul.lo.s32 %r4, %r1, 32;\nadd.s32 %r3, %r3, %r4;\n"
                + "st.shared.u32 [%r3], %r1;");
        fault(Kind.OUT_OF_BOUNDS, ".local .align 4 .b8 mine[16];\nmov.u64 %rd4, mine;\nst.local.u32 [%rd4+16], %r1;");
        fault(Kind.OUT_OF_BOUNDS, "ld.param.u32 %r3, [p3+4];");
    }

    @Test
    void constantMemoryIsNotWritten() {
        KernelFault fault = assertThrows(KernelFault.class, () -> {
            try (Bench bench = new Bench()) {
                String ptx = Bench.kernel("mov.u64 %rd4, table;\nst.global.u32 [%rd4], %r1;", "")
                        .replace(".visible", ".const .align 4 .u32 table[2] = {1, 2};\n.visible");
                bench.run(bench.load(ptx, "k"), Extent.of(1), Extent.of(1), 0, 0L, 0L, 0L, 0);
            }
        });
        assertEquals(Kind.OUT_OF_BOUNDS, fault.kind());
    }

    @Test
    void registersThatNobodySet() {
        fault(Kind.UNINITIALISED, "st.global.u32 [%rd2], %r9;");
        fault(Kind.UNINITIALISED, "add.s32 %r4, %r9, 1;\nmov.u32 %r5, %r4;\nst.global.u32 [%rd2], %r5;");
        fault(Kind.UNINITIALISED, "ld.global.u32 %r3, [%rd9];");
        fault(Kind.UNINITIALISED, "setp.eq.s32 %p1, %r9, 0;\n@%p1 bra L;\nL:");
        // Set by some lanes alone.
        String half = fault(Kind.UNINITIALISED,
                "setp.lt.s32 %p1, %r1, 40;\n@%p1 mov.u32 %r3, 1;\nst.global.u32 [%rd2], %r3;");
        assertTrue(half.contains("thread (40,0,0)"), half);
        // What is not chosen may be anything.
        fine("setp.lt.s32 %p1, %r1, 100;\nselp.b32 %r3, %r1, %r9, %p1;\nadd.s64 %rd4, %rd2, %rd3;\n"
                + "st.global.u32 [%rd4], %r3;");
    }

    @Test
    void memoryThatNobodyWrote() {
        fault(Kind.UNINITIALISED, "ld.global.u32 %r3, [%rd2];");
        fault(Kind.UNINITIALISED, "ld.shared.u32 %r3, [tile];");
        fault(Kind.UNINITIALISED, ".local .align 4 .b8 mine[16];\nld.local.u32 %r3, [mine];");
        String part = fault(Kind.UNINITIALISED,
                "mov.u16 %rs1, 1;\nst.shared.u8 [tile+3], %rs1;\nld.shared.u32 %r3, [tile];", 1, 1,
                EmulatorOptions.standard());
        assertTrue(part.contains("reads 4 bytes of shared memory at 0"), part);
    }

    @Test
    void readingWhatNobodyWroteCanBeAllowed() {
        EmulatorOptions use = EmulatorOptions.standard().withUninitialised(EmulatorOptions.Uninitialised.USE);
        String body = "ld.global.u32 %r3, [%rd2];\n";
        fault(Kind.UNINITIALISED, body + "st.global.u32 [%rd2], %r3;", 1, 1, use);
        try (Bench bench = new Bench(use)) {
            run(bench, body, 64, 1);
        }
        try (Bench bench = new Bench()) {
            long c = bench.room(8);
            bench.driver.markWritten(c, 4);
            bench.run("ld.global.u32 %r3, [%rd2];\nst.global.u32 [%rd2+4], %r3;", "", 1, 0, 0, c, 0);
            bench.driver.markUnwritten(c, 8);
            assertThrows(KernelFault.class, () -> bench.run("ld.global.u32 %r3, [%rd2+4];", "", 1, 0, 0, c, 0));
        }
    }

    private static final String NEIGHBOUR = """
            mov.u32 %r3, tile;
            shl.b32 %r4, %r1, 2;
            add.s32 %r5, %r3, %r4;
            st.shared.u32 [%r5], %r1;
            BARRIER
            xor.b32 %r6, %r4, DISTANCE;
            add.s32 %r6, %r3, %r6;
            ld.shared.u32 %r7, [%r6];
            SECOND
            add.s64 %rd4, %rd2, %rd3;
            st.global.u32 [%rd4], %r7;
            """;

    private static String neighbour(String barrier, int distance, String second) {
        return NEIGHBOUR.replace("BARRIER", barrier).replace("DISTANCE", "" + 4 * distance).replace("SECOND", second);
    }

    @Test
    void sharedMemoryWithoutABarrier() {
        assertEquals(33, fine(neighbour("bar.sync 0;", 32, ""))[1]);
        // Threads of other warps: nothing but a barrier orders them.
        String warps = fault(Kind.SHARED_RACE, neighbour("bar.warp.sync -1;", 32, ""), 64, 1,
                EmulatorOptions.standard().withUninitialised(EmulatorOptions.Uninitialised.IGNORE));
        assertTrue(warps.endsWith("with no barrier between"), warps);
        // Threads of a warp.
        String lanes = fault(Kind.SHARED_RACE, neighbour("", 1, ""));
        assertTrue(lanes.contains("__syncwarp"), lanes);
        assertEquals(1, fine(neighbour("bar.warp.sync -1;", 1, ""))[0]);
        assertEquals(1, fine(neighbour("shfl.sync.bfly.b32 %r20, %r1, 1, 31, -1;", 1, ""))[0]);
    }

    @Test
    void sharedMemoryWrittenWhileOthersRead() {
        String again = "add.s32 %r8, %r1, 7;\nst.shared.u32 [%r5], %r8;";
        fault(Kind.SHARED_RACE, neighbour("bar.sync 0;", 32, again));
        fault(Kind.SHARED_RACE, neighbour("bar.sync 0;", 1, again));
        fine(neighbour("bar.sync 0;", 32, "bar.sync 0;\n" + again));
        fine(neighbour("bar.sync 0;", 1, "bar.warp.sync -1;\n" + again));
        fault(Kind.SHARED_RACE, "st.shared.u32 [tile], %r1;");
        fine("mov.u32 %r3, 5;\nst.shared.u32 [tile], %r3;\nadd.s64 %rd4, %rd2, %rd3;\nst.global.u32 [%rd4], %r3;");
    }

    @Test
    void halvesOfAWarpInOrder() {
        // Each half meets by itself.
        String masks = "setp.lt.u32 %p1, %r1, 16;\nsetp.ge.u32 %p2, %r1, 48;\nor.pred %p1, %p1, %p2;\n"
                + "and.b32 %r30, %r1, 16;\nmov.u32 %r31, 65535;\nshl.b32 %r31, %r31, %r30;\nbar.warp.sync %r31;";
        assertEquals(1, fine(neighbour(masks, 1, ""))[0]);
        fault(Kind.SHARED_RACE, neighbour(masks, 16, ""));
    }

    @Test
    void atomicsNeedABarrierBehindWhatSetsTheStart() {
        String start = "setp.eq.s32 %p1, %r1, 0;\nmov.u32 %r3, 0;\n@%p1 st.shared.u32 [tile], %r3;\n";
        String add = "red.shared.add.u32 [tile], 1;\n";
        String end = "bar.sync 0;\nld.shared.u32 %r4, [tile];\nadd.s64 %rd4, %rd2, %rd3;\nst.global.u32 [%rd4], %r4;";
        assertEquals(64, fine(start + "bar.sync 0;\n" + add + end)[9]);
        fault(Kind.SHARED_RACE, start + add + end);
        fault(Kind.SHARED_RACE, start + "bar.sync 0;\n" + add + end.substring(end.indexOf("ld")));
    }

    @Test
    void blocksThatWriteOnePlace() {
        EmulatorOptions standard = EmulatorOptions.standard();
        String race = fault(Kind.GLOBAL_RACE, "setp.eq.s32 %p1, %r1, 0;\n@%p1 st.global.u32 [%rd0], %r2;", 64, 2,
                standard);
        assertTrue(race.contains("block (1,0,0)"), race);
        fault(Kind.GLOBAL_RACE, "st.global.u32 [%rd0], 5;\nld.global.u32 %r3, [%rd0+4];\n"
                + "add.s32 %r3, %r3, %r2;\nst.global.u32 [%rd0+4], %r3;", 1, 2, standard);
        try (Bench bench = new Bench()) {
            run(bench, "add.s64 %rd4, %rd2, %rd3;\nst.global.u32 [%rd4], %r1;", 64, 3);
            run(bench, "red.global.add.u32 [%rd0], 1;\nadd.s64 %rd4, %rd2, %rd3;\nst.global.u32 [%rd4], %r1;", 64, 3);
        }
    }

    @Test
    void bytesOfOneWordAreNoRace() {
        try (Bench bench = new Bench()) {
            long out = bench.room(4);
            String body = "cvt.u64.u32 %rd4, %r2;\nadd.s64 %rd4, %rd4, %rd2;\nst.global.u8 [%rd4], %r2;";
            bench.run(bench.load(Bench.kernel(body, ""), "k"), Extent.of(4), Extent.of(1), 0, 0L, 0L, out, 0);
            assertArrayEquals(new int[] {0x03020100}, bench.ints(out, 1));
        }
    }

    @Test
    void barriersThatNotAllReach() {
        String lanes = fault(Kind.DIVERGENT_BARRIER, "setp.lt.s32 %p1, %r1, 10;\n@%p1 bra A;\nbar.sync 0;\nA:");
        assertTrue(lanes.contains("which has ended"), lanes);
        fault(Kind.DIVERGENT_BARRIER, "setp.lt.s32 %p1, %r1, 10;\n@%p1 bra A;\nbar.sync 0;\nbra B;\nA:\n"
                + "bar.sync 0;\nB:");
        fault(Kind.DIVERGENT_BARRIER, "setp.lt.s32 %p1, %r1, 32;\n@%p1 bra A;\nbar.sync 0;\nbra B;\nA:\n"
                + "bar.sync 0;\nB:");
        fault(Kind.DIVERGENT_BARRIER, "setp.lt.s32 %p1, %r1, 32;\n@%p1 ret;\nbar.sync 0;");
        fault(Kind.DIVERGENT_BARRIER, "setp.lt.s32 %p1, %r1, 10;\n@%p1 bar.sync 0;");
    }

    @Test
    void operationsOfAWarpWithLanesMissing() {
        fault(Kind.MISSING_LANES, "setp.lt.s32 %p1, %r1, 10;\n@%p1 ret;\nshfl.sync.idx.b32 %r3, %r1, 0, 31, -1;");
        fault(Kind.MISSING_LANES, "setp.lt.s32 %p1, %r1, 10;\n@%p1 bra A;\n"
                + "shfl.sync.bfly.b32 %r3, %r1, 1, 31, -1;\nbra B;\n"
                + "A:\nbar.sync 0;\nB:");
        fault(Kind.MISSING_LANES, "shfl.sync.bfly.b32 %r3, %r1, 1, 31, 1;");
        fault(Kind.MISSING_LANES, "mov.u32 %r3, 0;\nmov.f32 %f1, 0f00000000;\nsetp.lt.s32 %p1, %r1, 10;\n@%p1 ret;\n"
                + "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f2,%f3,%f4,%f5},{%r3,%r3,%r3,%r3},{%r3,%r3},"
                + "{%f1,%f1,%f1,%f1};");
        fault(Kind.MISSING_LANES, "setp.lt.s32 %p1, %r1, 10;\nvote.sync.ballot.b32 %r3, %p1, 255;");
    }

    private static final String COPY = """
            mov.u32 %r3, tile;
            shl.b32 %r4, %r1, 2;
            add.s32 %r5, %r3, %r4;
            add.s64 %rd4, %rd0, %rd3;
            cp.async.ca.shared.global [%r5], [%rd4], 4;
            cp.async.commit_group;
            WAIT
            xor.b32 %r6, %r4, DISTANCE;
            add.s32 %r6, %r3, %r6;
            ld.shared.u32 %r7, [%r6];
            add.s64 %rd4, %rd2, %rd3;
            st.global.u32 [%rd4], %r7;
            """;

    @Test
    void copiesThatNobodyWaitedFor() {
        fault(Kind.IN_FLIGHT, COPY.replace("WAIT", "").replace("DISTANCE", "0"));
        fault(Kind.IN_FLIGHT, COPY.replace("WAIT", "bar.sync 0;").replace("DISTANCE", "128"));
        fault(Kind.IN_FLIGHT, COPY.replace("WAIT", "cp.async.wait_group 1;").replace("DISTANCE", "0"));
        fault(Kind.IN_FLIGHT, COPY.replace("WAIT", "st.shared.u32 [%r5], %r1;").replace("DISTANCE", "0"));
        fault(Kind.SHARED_RACE, COPY.replace("WAIT", "cp.async.wait_group 0;").replace("DISTANCE", "4"));
        assertEquals(7, fine(COPY.replace("WAIT", "cp.async.wait_group 0;").replace("DISTANCE", "0"))[7]);
        assertEquals(33, fine(COPY.replace("WAIT", "cp.async.wait_all;\nbar.sync 0;").replace("DISTANCE", "128"))[1]);
    }

    @Test
    void trapsAndLoopsWithoutEnd() {
        fault(Kind.TRAP, "trap;");
        fault(Kind.ENDLESS, "A:\nbra A;", 32, 1, EmulatorOptions.standard().withMaximumLoops(10_000));
    }

    @Test
    void whatIsUnknownIsNamed() {
        assertTrue(fault(Kind.UNKNOWN_INSTRUCTION,
                "frobnicate.b32 %r3, %r1;").contains("'frobnicate.b32 %r3, %r1' (line 20)"));
        fault(Kind.UNKNOWN_INSTRUCTION, "wgmma.fence.sync.aligned;");
        fault(Kind.UNKNOWN_INSTRUCTION, "bra NOWHERE;");
        fault(Kind.UNKNOWN_INSTRUCTION, "add.s32 %r3, %q1, 1;");
        fault(Kind.UNKNOWN_INSTRUCTION, "add.s32 %r3, %rd1, 1;");
    }
}
