// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The driver around the kernels: memory, copies, streams, events, graphs, launches. */
final class EmulatedDriverTest {

    private static final String ADD = Bench.kernel("ld.param.u32 %r3, [p3];\nadd.s64 %rd4, %rd0, %rd3;\n"
            + "ld.global.u32 %r4, [%rd4];\n"
            + "add.s32 %r4, %r4, %r3;\nst.global.u32 [%rd4], %r4;", "");

    private static void refused(int code, Executable call) {
        assertEquals(code, assertThrows(DriverException.class, call).code());
    }

    private static ParameterTable parameters(Bench bench, long address, int value) {
        ParameterTable t = bench.driver.parameterTable(4);
        t.set(0, address);
        t.set(1, 0L);
        t.set(2, 0L);
        t.set(3, value);
        return t;
    }

    @Test
    void memoryHasALimit() {
        try (Bench bench = new Bench(EmulatorOptions.standard().withMemoryBytes(1000))) {
            EmulatedDriver d = bench.driver;
            long a = d.allocate(600).orElseThrow();
            assertEquals(0, a % 256);
            assertEquals(400, d.freeBytes());
            assertFalse(d.allocate(401).isPresent());
            d.free(a);
            assertEquals(1000, d.freeBytes());
            bench.room(1000);
            refused(1, () -> d.free(a));
            refused(1, () -> d.allocate(0));
        }
    }

    @Test
    void whatIsLeftIsNamed() {
        EmulatedDriver d = new EmulatedDriver();
        d.enter();
        assertTrue(d.allocate(12).isPresent());
        d.createStream();
        assertTrue(assertThrows(IllegalStateException.class,
                d::close).getMessage().contains("an allocation of 12 bytes, 1 streams"));
    }

    @Test
    void threadsMustEnter() throws InterruptedException {
        try (Bench bench = new Bench()) {
            Thread other = new Thread(() -> refused(201, bench.driver::freeBytes));
            boolean[] failed = {false};
            other.setUncaughtExceptionHandler((t, e) -> failed[0] = true);
            other.start();
            other.join();
            assertFalse(failed[0]);
        }
    }

    @Test
    void copiesToTheHostShowWhenTheyWereWaitedFor() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long a = bench.put(5, 6);
            long b = bench.room(8);
            HostBlock host = d.allocateHost(16);
            d.copyOnDevice(b, a, 8, bench.stream());
            d.fill(b + 4, 77, 1, bench.stream());
            d.copyToHost(host, 4, b, 8, bench.stream());
            long event = d.createEvent(false);
            d.record(event, bench.stream());
            assertNotEquals(5, host.bytes().getInt(4));
            long second = d.createStream();
            d.await(second, event);
            d.synchronize(second);
            assertEquals(5, host.bytes().getInt(4));
            assertEquals(77, host.bytes().getInt(8));
            d.destroyEvent(event);
            d.destroyStream(second);
            d.freeHost(host);
            refused(1, () -> d.copyToHost(host, 0, a, 4, bench.stream()));
        }
    }

    @Test
    void blocksMustNotChangeWhileTheyAreCopied() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long a = bench.room(4);
            HostBlock host = d.allocateHost(4);
            d.copyToDevice(a, host, 0, 4, bench.stream());
            host.bytes().putInt(0, 1);
            assertThrows(IllegalStateException.class, () -> d.synchronize(bench.stream()));
            d.freeHost(host);
        }
    }

    @Test
    void copiesStayInside() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long a = bench.room(8);
            long b = bench.put(1, 2);
            HostBlock host = d.allocateHost(8);
            assertThrows(KernelFault.class, () -> d.copyToDevice(a + 4, host, 0, 8, bench.stream()));
            assertThrows(KernelFault.class, () -> d.fill(a, 0, 3, bench.stream()));
            assertThrows(KernelFault.class, () -> d.copyToHost(host, 0, a, 8, bench.stream()), "nobody wrote it");
            refused(1, () -> d.copyToDevice(a, host, 4, 8, bench.stream()));
            bench.free(b);
            assertEquals(KernelFault.Kind.USE_AFTER_FREE,
                    assertThrows(KernelFault.class, () -> d.copyOnDevice(a, b, 8, bench.stream())).kind());
            d.freeHost(host);
        }
    }

    @Test
    void graphsRunAgainAndKeepTheirParameters() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long f = bench.load(ADD, "k");
            long a = bench.put(1, 2);
            ParameterTable t = parameters(bench, a, 10);
            long side = d.createStream();
            long fork = d.createEvent(false);
            long join = d.createEvent(false);
            d.beginCapture(bench.stream());
            d.launch(f, Extent.of(1), Extent.of(2), 0, bench.stream(), t);
            d.record(fork, bench.stream());
            d.await(side, fork);
            d.launch(f, Extent.of(1), Extent.of(1), 0, side, t);
            d.record(join, side);
            d.await(bench.stream(), join);
            long graph = d.endCapture(bench.stream());
            t.set(3, 1000);
            assertArrayEquals(new int[] {1, 2}, bench.ints(a, 2), "nothing is done while it is recorded");
            d.launchGraph(graph, bench.stream());
            d.launchGraph(graph, bench.stream());
            assertArrayEquals(new int[] {41, 22}, bench.ints(a, 2));
            d.destroyGraph(graph);
            refused(400, () -> d.launchGraph(graph, bench.stream()));
            d.destroyEvent(fork);
            d.destroyEvent(join);
            d.destroyStream(side);
            t.close();
        }
    }

    @Test
    void recordingAllowsNoWaitingAndNoAllocation() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            d.beginCapture(bench.stream());
            refused(900, () -> d.synchronize(bench.stream()));
            refused(901, () -> d.endCapture(bench.stream()));
            d.beginCapture(bench.stream());
            refused(900, () -> d.allocate(4));
            refused(901, () -> d.endCapture(bench.stream()));
            long side = d.createStream();
            long event = d.createEvent(false);
            d.beginCapture(bench.stream());
            d.record(event, bench.stream());
            d.await(side, event);
            refused(904, () -> d.endCapture(bench.stream()));
            d.destroyEvent(event);
            d.destroyStream(side);
            d.destroyGraph(captureNothing(bench));
        }
    }

    private static long captureNothing(Bench bench) {
        bench.driver.beginCapture(bench.stream());
        return bench.driver.endCapture(bench.stream());
    }

    @Test
    void timeBetweenEvents() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long a = d.createEvent(true);
            long b = d.createEvent(true);
            long plain = d.createEvent(false);
            d.record(a, bench.stream());
            bench.put(1, 2, 3);
            d.record(b, bench.stream());
            d.record(plain, bench.stream());
            d.synchronizeEvent(b);
            assertTrue(d.milliseconds(a, b) > 0);
            refused(400, () -> d.milliseconds(a, plain));
            d.destroyEvent(a);
            d.destroyEvent(b);
            d.destroyEvent(plain);
        }
    }

    @Test
    void launchesKeepToLimits() {
        try (Bench bench = new Bench()) {
            EmulatedDriver d = bench.driver;
            long f = bench.load(ADD, "k");
            long a = bench.put(1);
            refused(1, () -> bench.run(f, Extent.of(1), Extent.of(1025), 0, a, 0L, 0L, 0));
            refused(1, () -> bench.run(f, Extent.of(1, 65536), Extent.of(1), 0, a, 0L, 0L, 0));
            refused(1, () -> bench.run(f, Extent.of(1), Extent.of(1), 49153, a, 0L, 0L, 0));
            refused(1, () -> d.allowSharedBytes(f, 200_000));
            d.allowSharedBytes(f, 80_000);
            bench.run(f, Extent.of(1), Extent.of(1), 80_000, a, 0L, 0L, 5);
            assertEquals(6, bench.ints(a, 1)[0]);
            assertEquals(6, d.residentBlocks(f, 256, 0));
            assertEquals(1, d.residentBlocks(f, 256, 80_000));
            long bounded = bench.load(Bench.resource("sgemm.ptx"), "sgemm");
            refused(1, () -> bench.run(bounded, Extent.of(1), Extent.of(512), 0, a, a, a, 1, 1, 1));
        }
    }

    @Test
    void parametersFitTheKernel() {
        try (Bench bench = new Bench()) {
            long f = bench.load(ADD, "k");
            for (Object[] wrong : new Object[][] {{1L, 2L, 3L}, {1, 2L, 3L, 4}, {}}) {
                assertEquals(KernelFault.Kind.PARAMETERS,
                        assertThrows(KernelFault.class, () -> bench.run(f, Extent.of(1), Extent.of(1), 0,
                                wrong)).kind());
            }
            ParameterTable unset = bench.driver.parameterTable(4);
            assertThrows(KernelFault.class, () -> bench.driver.launch(f, Extent.of(1), Extent.of(1), 0,
                    bench.stream(), unset));
        }
    }

    @Test
    void modulesAndTheirKernels() {
        try (Bench bench = new Bench(EmulatorOptions.standard().withCapability(75))) {
            EmulatedDriver d = bench.driver;
            refused(209, () -> d.loadModule(ADD));
            refused(218, () -> d.loadModule("nothing"));
            long m = d.loadModule(ADD.replace("sm_80", "sm_75"));
            refused(500, () -> d.function(m, "other"));
            long f = d.function(m, "k");
            assertEquals(f, d.function(m, "k"));
            d.unloadModule(m);
            refused(400, () -> bench.run(f, Extent.of(1), Extent.of(1), 0, 0L));
            assertEquals(75, d.properties().capability());
        }
    }
}
