// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A device with what a test puts on it; all of it is given back at the end. */
final class Bench implements AutoCloseable {

    final EmulatedDriver driver;
    private final long stream;
    private final List<Long> memory = new ArrayList<>();
    private final List<Long> modules = new ArrayList<>();

    Bench() {
        this(EmulatorOptions.standard());
    }

    Bench(EmulatorOptions options) {
        driver = new EmulatedDriver(options);
        driver.enter();
        stream = driver.createStream();
    }

    /** PTX from the test's resources. */
    static String resource(String name) {
        try (InputStream in = Bench.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kernel {@code k} around instructions, with registers of every kind, parameters 0 to 3 as %rd0 to %rd3. */
    static String kernel(String body, String declarations) {
        return """
                .version 7.4
                .target sm_80
                .address_size 64
                .visible .entry k(.param .u64 p0, .param .u64 p1, .param .u64 p2, .param .u32 p3)
                {
                .reg .pred %p<20>;
                .reg .b16 %rs<20>;
                .reg .b32 %r<60>;
                .reg .f32 %f<40>;
                .reg .f64 %fd<20>;
                .reg .b64 %rd<40>;
                """ + declarations + """
                ld.param.u64 %rd0, [p0];
                ld.param.u64 %rd1, [p1];
                ld.param.u64 %rd2, [p2];
                ld.param.u32 %r0, [p3];
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, %ctaid.x;
                mul.wide.u32 %rd3, %r1, 4;
                """ + body + "\nret;\n}\n";
    }

    long load(String ptx, String name) {
        long module = driver.loadModule(ptx);
        modules.add(module);
        return driver.function(module, name);
    }

    long room(long bytes) {
        long a = driver.allocate(bytes).orElseThrow();
        memory.add(a);
        return a;
    }

    void free(long address) {
        memory.remove(address);
        driver.free(address);
    }

    long put(float... values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return put(bits);
    }

    long put(int... values) {
        long a = room(4L * values.length);
        HostBlock b = driver.allocateHost(4 * values.length);
        for (int i = 0; i < values.length; i++) {
            b.bytes().putInt(4 * i, values[i]);
        }
        driver.copyToDevice(a, b, 0, 4L * values.length, stream);
        driver.synchronize(stream);
        driver.freeHost(b);
        return a;
    }

    long put(long... values) {
        int[] halves = new int[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            halves[2 * i] = (int) values[i];
            halves[2 * i + 1] = (int) (values[i] >>> 32);
        }
        return put(halves);
    }

    int[] ints(long address, int count) {
        HostBlock b = driver.allocateHost(4 * count);
        driver.copyToHost(b, 0, address, 4L * count, stream);
        driver.synchronize(stream);
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = b.bytes().getInt(4 * i);
        }
        driver.freeHost(b);
        return out;
    }

    long[] longs(long address, int count) {
        int[] halves = ints(address, 2 * count);
        long[] out = new long[count];
        for (int i = 0; i < count; i++) {
            out[i] = halves[2 * i] & 0xffffffffL | (long) halves[2 * i + 1] << 32;
        }
        return out;
    }

    float[] floats(long address, int count) {
        int[] bits = ints(address, count);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat(bits[i]);
        }
        return out;
    }

    void run(long function, Extent grid, Extent block, int shared, Object... values) {
        ParameterTable table = driver.parameterTable(Math.max(values.length, 1));
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case Long v -> table.set(i, v.longValue());
                case Integer v -> table.set(i, v.intValue());
                case Float v -> table.set(i, v.floatValue());
                default -> throw new IllegalArgumentException(values[i].toString());
            }
        }
        driver.launch(function, grid, block, shared, stream, table);
        table.close();
        driver.synchronize(stream);
    }

    /** Runs {@link #kernel} with one block. */
    void run(String body, String declarations, int threads, long a, long b, long c, int n) {
        run(load(kernel(body, declarations), "k"), Extent.of(1), Extent.of(threads), 0, a, b, c, n);
    }

    long stream() {
        return stream;
    }

    @Override
    public void close() {
        memory.forEach(driver::free);
        modules.forEach(driver::unloadModule);
        driver.destroyStream(stream);
        driver.close();
    }
}
