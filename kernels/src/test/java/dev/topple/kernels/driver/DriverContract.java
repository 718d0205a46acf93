// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every driver does, the real one and those of the tests. */
public abstract class DriverContract {

    /** y += a x, on n elements. */
    protected static final String AXPY = """
            .version 6.3
            .target sm_75
            .address_size 64
            .visible .entry axpy(.param .u32 n, .param .f32 a, .param .u64 x, .param .u64 y)
            {
                .reg .pred %p<2>;
                .reg .b32 %r<6>;
                .reg .f32 %f<5>;
                .reg .b64 %rd<8>;
                ld.param.u32 %r1, [n];
                ld.param.f32 %f1, [a];
                ld.param.u64 %rd1, [x];
                ld.param.u64 %rd2, [y];
                mov.u32 %r2, %ctaid.x;
                mov.u32 %r3, %ntid.x;
                mov.u32 %r4, %tid.x;
                mad.lo.s32 %r5, %r2, %r3, %r4;
                setp.ge.s32 %p1, %r5, %r1;
                @%p1 bra DONE;
                mul.wide.s32 %rd3, %r5, 4;
                cvta.to.global.u64 %rd4, %rd1;
                cvta.to.global.u64 %rd5, %rd2;
                add.s64 %rd6, %rd4, %rd3;
                add.s64 %rd7, %rd5, %rd3;
                ld.global.f32 %f2, [%rd6];
                ld.global.f32 %f3, [%rd7];
                fma.rn.f32 %f4, %f1, %f2, %f3;
                st.global.f32 [%rd7], %f4;
            DONE:
                ret;
            }
            """;

    private static final int N = 1000;
    private static final int BYTES = 4 * N;

    private Driver driver;
    private long stream;
    private HostBlock host;
    private long x;
    private long y;

    /** A driver that nobody else uses; skips the test where there is none. */
    protected abstract Driver open();

    @BeforeEach
    void prepare() {
        driver = open();
        driver.enter();
        stream = driver.createStream();
        host = driver.allocateHost(2 * BYTES);
        x = driver.allocate(BYTES).orElseThrow();
        y = driver.allocate(BYTES).orElseThrow();
    }

    @AfterEach
    void end() {
        if (driver != null) {
            driver.free(x);
            driver.free(y);
            driver.freeHost(host);
            driver.destroyStream(stream);
            driver.close();
        }
    }

    private void upload(long to, float first) {
        for (int index = 0; index < N; index++) {
            host.bytes().putFloat(4 * index, first + index);
        }
        driver.copyToDevice(to, host, 0, BYTES, stream);
        driver.synchronize(stream);
    }

    private float[] download(long from) {
        driver.copyToHost(host, BYTES, from, BYTES, stream);
        driver.synchronize(stream);
        float[] values = new float[N];
        host.bytes().slice(BYTES, BYTES).order(host.bytes().order()).asFloatBuffer().get(values);
        return values;
    }

    private static float[] line(float first, float step) {
        float[] values = new float[N];
        for (int index = 0; index < N; index++) {
            values[index] = first + index * step;
        }
        return values;
    }

    private void launch(long axpy, ParameterTable table, float a) {
        table.set(0, N);
        table.set(1, a);
        table.set(2, x);
        table.set(3, y);
        driver.launch(axpy, Extent.of((N + 127) / 128), Extent.of(128), 0, stream, table);
    }

    @Test
    void copiesAndFills() {
        assertEquals(0, x % 256);
        assertEquals(0, host.bytes().getLong(0));
        assertEquals(2 * BYTES, host.bytes().capacity());
        upload(x, 5);
        assertArrayEquals(line(5, 1), download(x));
        driver.copyOnDevice(y, x, BYTES, stream);
        assertArrayEquals(line(5, 1), download(y));
        driver.fill(y, Float.floatToRawIntBits(2.5f), N, stream);
        assertArrayEquals(line(2.5f, 0), download(y));
        assertThrows(RuntimeException.class, () -> driver.copyToDevice(x, host, BYTES + 4, BYTES, stream));
    }

    @Test
    void launchesReadTheirParametersAtOnce() {
        long module = driver.loadModule(AXPY);
        long axpy = driver.function(module, "axpy");
        assertTrue(driver.residentBlocks(axpy, 128, 0) >= 1);
        upload(x, 0);
        upload(y, 1);
        try (ParameterTable table = driver.parameterTable(4)) {
            assertEquals(4, table.slots());
            assertThrows(IndexOutOfBoundsException.class, () -> table.set(4, 0));
            launch(axpy, table, 2);
            launch(axpy, table, -0.5f);
            launch(axpy, table, 0.25f);
        }
        assertArrayEquals(line(1, 2.75f), download(y));
        driver.unloadModule(module);
    }

    @Test
    void whatIsCapturedRunsWhenItIsLaunched() {
        long module = driver.loadModule(AXPY);
        long axpy = driver.function(module, "axpy");
        upload(x, 0);
        upload(y, 1);
        try (ParameterTable table = driver.parameterTable(4)) {
            driver.beginCapture(stream);
            launch(axpy, table, 2);
            launch(axpy, table, 1);
            long graph = driver.endCapture(stream);
            assertArrayEquals(line(1, 1), download(y));
            driver.launchGraph(graph, stream);
            driver.launchGraph(graph, stream);
            assertArrayEquals(line(1, 7), download(y));
            driver.destroyGraph(graph);
        }
        driver.unloadModule(module);
    }

    @Test
    void aStreamWaitsForAnotherOnesEvent() {
        long other = driver.createStream();
        long from = driver.createEvent(true);
        long to = driver.createEvent(true);
        driver.record(from, stream);
        driver.fill(x, Float.floatToRawIntBits(3), N, stream);
        driver.record(to, stream);
        driver.await(other, to);
        driver.copyToHost(host, BYTES, x, BYTES, other);
        driver.synchronize(other);
        assertEquals(3, host.bytes().getFloat(BYTES + 4 * (N - 1)));
        driver.synchronizeEvent(to);
        assertTrue(driver.milliseconds(from, to) >= 0);
        driver.destroyEvent(from);
        driver.destroyEvent(to);
        driver.destroyStream(other);
    }

    @Test
    void tooMuchMemoryIsNoError() {
        assertTrue(driver.freeBytes() > 0);
        assertEquals(Optional.empty(), driver.allocate(1L << 50));
        driver.fill(x, 0, N, stream);
        assertArrayEquals(line(0, 0), download(x));
    }

    @Test
    void badTextsAndNamesAreRefused() {
        String half = AXPY.substring(0, AXPY.indexOf("DONE:"));
        RuntimeException refusal = assertThrows(RuntimeException.class, () -> driver.loadModule(half));
        assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
        long module = driver.loadModule(AXPY);
        assertThrows(DriverException.class, () -> driver.function(module, "other"));
        long axpy = driver.function(module, "axpy");
        try (ParameterTable table = driver.parameterTable(4)) {
            assertThrows(RuntimeException.class,
                    () -> driver.launch(axpy, Extent.of(1), Extent.of(2048), 0, stream, table));
        }
        driver.unloadModule(module);
    }
}
