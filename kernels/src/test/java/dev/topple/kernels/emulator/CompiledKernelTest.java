// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.kernels.driver.Extent;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Kernels that a compiler made, against plain Java. */
final class CompiledKernelTest {

    private static float[] random(int count, long seed) {
        Random r = new Random(seed);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) r.nextGaussian();
        }
        return out;
    }

    private static float[] product(float[] a, float[] b, int m, int n, int k) {
        float[] c = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float s = 0;
                for (int d = 0; d < k; d++) {
                    s = Math.fma(a[i * k + d], b[d * n + j], s);
                }
                c[i * n + j] = s;
            }
        }
        return c;
    }

    @Test
    void tiledProductIsExact() {
        try (Bench bench = new Bench()) {
            int m = 70;
            int n = 97;
            int k = 35;
            float[] a = random(m * k, 1);
            float[] b = random(k * n, 2);
            long f = bench.load(Bench.resource("sgemm.ptx"), "sgemm");
            long out = bench.room(4L * m * n);
            bench.run(f, Extent.of(2, 2), Extent.of(256), 0, bench.put(a), bench.put(b), out, m, n, k);
            assertArrayEquals(product(a, b, m, n, k), bench.floats(out, m * n));
            assertTrue(bench.driver.executed().get("sgemm") > 500_000);
        }
    }

    @Test
    void tiledProductDoesNotDependOnThreadsOrOrder() {
        float[] a = random(130 * 20, 1);
        float[] b = random(20 * 140, 2);
        EmulatorOptions[] all = {
            EmulatorOptions.standard().withHostThreads(2),
            EmulatorOptions.standard().withBlockOrder(EmulatorOptions.BlockOrder.DESCENDING, 0),
            EmulatorOptions.standard().withBlockOrder(EmulatorOptions.BlockOrder.SHUFFLED, 7)};
        for (EmulatorOptions options : all) {
            try (Bench bench = new Bench(options)) {
                long f = bench.load(Bench.resource("sgemm.ptx"), "sgemm");
                long out = bench.room(4L * 130 * 140);
                bench.run(f, Extent.of(3, 3), Extent.of(256), 0, bench.put(a), bench.put(b), out, 130, 140, 20);
                assertArrayEquals(product(a, b, 130, 140, 20), bench.floats(out, 130 * 140));
            }
        }
    }

    @Test
    void softmaxOfRows() {
        try (Bench bench = new Bench()) {
            int rows = 3;
            int columns = 150;
            float[] x = random(rows * columns, 3);
            long f = bench.load(Bench.resource("softmax.ptx"), "softmax");
            long out = bench.room(4L * x.length);
            bench.run(f, Extent.of(rows), Extent.of(128), 0, bench.put(x), out, columns);
            float[] y = bench.floats(out, x.length);
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < columns; c++) {
                    sum += Math.exp(x[r * columns + c]);
                }
                for (int c = 0; c < columns; c++) {
                    double wanted = Math.exp(x[r * columns + c]) / sum;
                    assertEquals(wanted, y[r * columns + c], 2e-6 * wanted, "row " + r + ", column " + c);
                }
            }
        }
    }

    @Test
    void tensorCoreProduct() {
        try (Bench bench = new Bench()) {
            int m = 64;
            int n = 128;
            int k = 48;
            float[] a = random(m * k, 4);
            float[] b = random(k * n, 5);
            for (int i = 0; i < a.length; i++) {
                a[i] = (float) Values.round(a[i], 11, -126, 127, "rna");
            }
            for (int i = 0; i < b.length; i++) {
                b[i] = (float) Values.round(b[i], 11, -126, 127, "rna");
            }
            long f = bench.load(Bench.resource("tf32gemm.ptx"), "tf32_gemm");
            long out = bench.room(4L * m * n);
            bench.run(f, Extent.of(2, 1), Extent.of(128), 0, bench.put(a), bench.put(b), out, m, n, k);
            assertArrayEquals(product(a, b, m, n, k), bench.floats(out, m * n), 2e-5f);
        }
    }

    @Test
    void histogramByAtomics() {
        try (Bench bench = new Bench()) {
            int n = 1000;
            int[] x = new Random(6).ints(n, 0, 1000).toArray();
            long f = bench.load(Bench.resource("atomics.ptx"), "histogram");
            long counts = bench.put(new int[64]);
            bench.run(f, Extent.of(3), Extent.of(96), 256, bench.put(x), counts, n);
            int[] wanted = new int[64];
            for (int v : x) {
                wanted[v & 63]++;
            }
            assertArrayEquals(wanted, bench.ints(counts, 64));
        }
    }

    @Test
    void lastBlockAddsUp() {
        try (Bench bench = new Bench()) {
            int n = 700;
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = i % 13;
            }
            long f = bench.load(Bench.resource("atomics.ptx"), "total");
            long result = bench.room(4);
            bench.run(f, Extent.of(4), Extent.of(128), 0, bench.put(x), bench.room(16), bench.put(0), result, n);
            double sum = 0;
            for (float v : x) {
                sum += v;
            }
            assertEquals(sum, bench.floats(result, 1)[0]);
        }
    }

    @Test
    void lanesThatHoldALockGetOn() {
        try (Bench bench = new Bench()) {
            long f = bench.load(Bench.resource("atomics.ptx"), "locked");
            long count = bench.put(0);
            bench.run(f, Extent.of(2), Extent.of(48), 0, bench.put(0), count);
            assertEquals(96, bench.ints(count, 1)[0]);
        }
    }

    private static int collatz(long start) {
        int s = 0;
        for (long n = start; n != 1; s++) {
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        }
        return s;
    }

    private static int[] branchy(int v) {
        int steps = 0;
        int r = switch (v % 7) {
            case 0 -> steps = collatz(v + 1L);
            case 1 -> v + (v >> 3 & 7);
            case 2 -> v > 50 ? v * 3 : -v;
            case 3 -> {
                int s = 0;
                for (int k = 0; k < v && k <= 40; k++) {
                    s += k % 5 == 3 ? 0 : k;
                }
                yield s;
            }
            case 4 -> Integer.bitCount(v) * 100 + Integer.numberOfLeadingZeros(v);
            case 5 -> (int) (Math.sin(v) * 1000);
            default -> v / 3 + v % 11;
        };
        return new int[] {(r & 1) != 0 ? r + steps : r - steps, r & 1};
    }

    @Test
    void lanesPartAndMeetAgain() {
        try (Bench bench = new Bench()) {
            int n = 300;
            int[] x = new int[n];
            for (int i = 0; i < n; i++) {
                x[i] = i * 37 % 1009;
            }
            x[5] = 7 * 30000 + 5;
            long f = bench.load(Bench.resource("branchy.ptx"), "branchy");
            long y = bench.room(4L * n);
            long odd = bench.room(n);
            bench.run(f, Extent.of(5), Extent.of(64), 0, bench.put(x), y, odd, n);
            int[] got = bench.ints(y, n);
            int[] flags = bench.ints(odd, n / 4);
            for (int i = 0; i < n; i++) {
                int[] wanted = branchy(x[i]);
                assertEquals(wanted[0], got[i], "y of " + x[i]);
                assertEquals(wanted[1], flags[i / 4] >>> i % 4 * 8 & 255, "odd of " + x[i]);
            }
        }
    }

    private static double[] library(float x) {
        double v = x;
        float f = Math.abs(x) + 0.01f;
        double w = f;
        long big = (long) (x * 1e9f);
        long count = (long) (f * 1e6f);
        return new double[] {Math.exp(v), Math.log(w), Math.sin(x * 100f), Math.cos(x * 1e6f), Math.tanh(v),
            Math.pow(w, v),
            Math.atan2(v, w), x % 0.7f, Math.cbrt(v), Math.log1p(w), Math.expm1(v),
            Math.hypot(v, w), Math.copySign(Math.floor(Math.abs(v) + 0.5), v), 1 / w, Math.sqrt(w), Math.exp(v),
            Math.log(w), Math.sin(v * 1e7), Math.pow(w, 1.7), big / 12345, big % 977, count / 37,
            count * 0x9e3779b9L >>> 32, v + 1e-9f, v / w, 1 / Math.sqrt(w), 1 / (1 + Math.exp(-v))};
    }

    @Test
    void libraryFunctions() {
        try (Bench bench = new Bench()) {
            int n = 200;
            float[] x = random(n, 8);
            int rows = library(0).length;
            long out = bench.room(4L * n * rows);
            bench.run(bench.load(Bench.resource("functions.ptx"), "functions"), Extent.of(2), Extent.of(128), 0,
                    bench.put(x),
                    out, n);
            float[] y = bench.floats(out, n * rows);
            for (int i = 0; i < n; i++) {
                double[] wanted = library(x[i]);
                for (int k = 0; k < rows; k++) {
                    assertEquals(wanted[k], y[k * n + i], 6e-7 * Math.abs(wanted[k]) + 1e-9, "row " + k + " of "
                            + x[i]);
                }
            }
        }
    }

    /** Takes one line that matches out of a text, the one of that number; empty if there are not as many. */
    private static String without(String ptx, String instruction, int number) {
        int at = -1;
        for (int k = 0; k <= number; k++) {
            at = ptx.indexOf(instruction, at + 1);
            if (at < 0) {
                return "";
            }
        }
        return ptx.substring(0, at) + ptx.substring(ptx.indexOf(';', at) + 1);
    }

    private static int[] faults(String file, String kernel, String instruction, int threads, int extent) {
        int found = 0;
        int planted = 0;
        String whole = Bench.resource(file);
        for (String ptx = without(whole, instruction, 0); !ptx.isEmpty();
                ptx = without(whole, instruction, ++planted)) {
            try (Bench bench = new Bench()) {
                long x = bench.put(random(extent * extent, 9));
                long out = bench.room(4L * extent * extent);
                Object[] values = kernel.equals("softmax") ? new Object[] {x, out, extent}
                        : new Object[] {x, x, out, extent, extent, extent};
                bench.run(bench.load(ptx, kernel), Extent.of(1), Extent.of(threads), 0, values);
            } catch (KernelFault fault) {
                found++;
            }
        }
        return new int[] {planted, found};
    }

    @Test
    void everyBarrierTakenOutIsMissed() {
        assertArrayEquals(new int[] {2, 2}, faults("sgemm.ptx", "sgemm", "bar.sync", 256, 64));
        int[] softmax = faults("softmax.ptx", "softmax", "bar.sync", 64, 64);
        assertEquals(softmax[0] - 1, softmax[1], "only the barrier at the very end orders nothing");
        int[] gemm = faults("tf32gemm.ptx", "tf32_gemm", "bar.sync", 128, 64);
        assertEquals(gemm[0], gemm[1]);
        int[] waits = faults("tf32gemm.ptx", "tf32_gemm", "cp.async.wait_group", 128, 64);
        assertEquals(waits[0], waits[1]);
        assertTrue(softmax[0] >= 4 && gemm[0] >= 2 && waits[0] >= 2);
    }
}
