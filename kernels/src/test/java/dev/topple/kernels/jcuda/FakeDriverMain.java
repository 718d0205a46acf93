// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import java.nio.ByteBuffer;

/** Goes through the driver's calls and says what came of each; FakeDriverTest knows what must come. */
final class FakeDriverMain {

    private static final int N = 5;

    private final JCudaDriver driver;
    private final long stream;
    private final HostBlock host;
    private final long x;
    private final long y;

    private FakeDriverMain(JCudaDriver driver) {
        this.driver = driver;
        stream = driver.createStream();
        host = driver.allocateHost(4096);
        x = driver.allocate(1024).orElseThrow();
        y = driver.allocate(1024).orElseThrow();
    }

    public static void main(String[] arguments) {
        try (JCudaDriver driver = JCudaDriver.open((CudaProbe.Present) CudaProbe.look())) {
            FakeDriverMain main = new FakeDriverMain(driver);
            main.memory();
            main.kernels();
            main.errors();
            main.products();
            main.end();
        }
    }

    private static void say(String what, Object value) {
        System.out.println(what + ": " + value);
    }

    private static String refusal(Runnable call) {
        try {
            call.run();
            return "nothing";
        } catch (DriverException | IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            return e.getMessage();
        }
    }

    private void memory() {
        boolean zeroed = true;
        for (int at = 0; at < host.bytes().capacity(); at++) {
            zeroed &= host.bytes().get(at) == 0;
        }
        say("host zeroed", zeroed);
        say("free", driver.freeBytes());
        say("too much", driver.allocate(1L << 40));
        driver.fill(x, Float.floatToRawIntBits(3), N, stream);
        driver.copyOnDevice(y, x, 4 * N, stream);
        for (int index = 0; index < N; index++) {
            host.bytes().putFloat(64 + 4 * index, index);
        }
        driver.copyToDevice(x, host, 64, 4 * N, stream);
        say("y", floats(y, N));
        say("outside", refusal(() -> driver.copyToDevice(x, host, 4000, 100, stream)));
        long event = driver.createEvent(false);
        driver.record(event, stream);
        driver.await(stream, event);
        driver.synchronizeEvent(event);
        long timed = driver.createEvent(true);
        say("time", driver.milliseconds(timed, timed));
        say("untimed", refusal(() -> driver.milliseconds(event, timed)));
        driver.destroyEvent(event);
        say("stale", refusal(() -> driver.record(event, stream)));
    }

    private String floats(long from, int count) {
        driver.copyToHost(host, 0, from, 4L * count, stream);
        driver.synchronize(stream);
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < count; index++) {
            text.append(index == 0 ? "" : " ").append(host.bytes().getFloat(4 * index));
        }
        return text.toString();
    }

    private void kernels() {
        long module = driver.loadModule(".version 6.3 // and a text with no end but a zero");
        long axpy = driver.function(module, "axpy");
        driver.allowSharedBytes(axpy, 100_000);
        say("resident", driver.residentBlocks(axpy, 256, 0));
        try (ParameterTable first = driver.parameterTable(1); ParameterTable table = driver.parameterTable(4)) {
            first.set(0, y);
            table.set(0, N);
            table.set(1, 0.5f);
            table.set(2, x);
            table.set(3, y);
            driver.launch(axpy, Extent.of(1), Extent.of(32), 0, stream, table);
            say("axpy", floats(y, N));
            driver.beginCapture(stream);
            driver.launch(axpy, Extent.of(1), Extent.of(32), 0, stream, table);
            table.set(1, -1f);
            driver.launch(axpy, Extent.of(1), Extent.of(32), 0, stream, table);
            say("waiting in capture", refusal(() -> driver.synchronize(stream)));
            long graph = driver.endCapture(stream);
            say("captured", floats(y, N));
            driver.launchGraph(graph, stream);
            driver.launchGraph(graph, stream);
            say("launched twice", floats(y, N));
            driver.destroyGraph(graph);
            driver.launch(driver.function(module, "shape"), new Extent(2, 3, 4), new Extent(5, 6, 7), 8, stream, first);
            driver.copyToHost(host, 0, y, 28, stream);
            ByteBuffer shape = host.bytes();
            say("shape", shape.getInt(0) + " " + shape.getInt(4) + " " + shape.getInt(8) + " " + shape.getInt(12) + " "
                    + shape.getInt(16) + " " + shape.getInt(20) + " " + shape.getInt(24));
            say("too wide", refusal(() -> driver.launch(axpy, Extent.of(1), Extent.of(2048), 0, stream, table)));
            say("no fifth", refusal(() -> table.set(4, 1)));
        }
        driver.unloadModule(module);
    }

    private void errors() {
        say("bad text", refusal(() -> driver.loadModule("nothing")));
        long module = driver.loadModule(".version");
        say("no kernel", refusal(() -> driver.function(module, "other")));
        ParameterTable closed = driver.parameterTable(2);
        closed.close();
        say("closed table", refusal(() -> driver.launch(driver.function(module, "axpy"), Extent.of(1), Extent.of(1), 0,
                stream, closed)));
    }

    private void products() {
        JCublas.Opened opened = JCublas.open(driver, stream);
        say("cublas", opened.description().replaceAll(" of .*", ""));
        if (opened.blas().isEmpty()) {
            return;
        }
        try (Blas blas = opened.blas().get()) {
            // A is 2 x 3, B is 3 x 2 by rows, and the same transposed.
            write(x, 1, 2, 3, 4, 5, 6);
            write(y, 1, 0, 0, 1, 2, 0.5f);
            long c = y + 256;
            driver.fill(c, 0, 6, stream);
            blas.multiply(Gemm.of(2, 2, 3, Gemm.Arithmetic.FP32), x, y, c);
            say("product", floats(c, 4));
            blas.multiply(new Gemm(false, false, 2, 2, 3, 3, 2, 3, 2, 1, Gemm.Arithmetic.FP32), x, y, c);
            say("gaps", floats(c, 6));
            blas.multiply(new Gemm(true, false, 3, 2, 2, 3, 2, 2, 1, 0, Gemm.Arithmetic.FP32), x, y, c);
            say("transposed A", floats(c, 6));
            blas.multiply(new Gemm(false, true, 2, 1, 3, 3, 3, 1, 1, 0, Gemm.Arithmetic.FP32), x, y, c);
            say("transposed B", floats(c, 2));
            blas.multiplyBatched(new Gemm(false, false, 1, 2, 3, 3, 2, 2, 1, 0, Gemm.Arithmetic.FP32), x, 3, y, 0, c, 2,
                    2);
            say("batched", floats(c, 4));
            write(x, 1.0001f);
            write(y, 1);
            blas.multiply(Gemm.of(1, 1, 1, Gemm.Arithmetic.FP32), x, y, c);
            say("fp32", floats(c, 1));
            blas.multiply(Gemm.of(1, 1, 1, Gemm.Arithmetic.TF32), x, y, c);
            say("tf32", floats(c, 1));
        }
    }

    private void write(long to, float... values) {
        for (int index = 0; index < values.length; index++) {
            host.bytes().putFloat(4 * index, values[index]);
        }
        driver.copyToDevice(to, host, 0, 4L * values.length, stream);
    }

    private void end() {
        driver.free(x);
        driver.free(y);
        driver.freeHost(host);
        driver.destroyStream(stream);
        say("left", driver.freeBytes());
    }
}
