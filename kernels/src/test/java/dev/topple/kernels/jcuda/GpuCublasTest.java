// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.memory.Allocation;
import dev.topple.kernels.memory.DeviceMemory;
import dev.topple.kernels.memory.Staging;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** The machine's cuBLAS against sums in double. */
@Tag("gpu")
class GpuCublasTest {

    private static final int M = 37;
    private static final int N = 53;
    private static final int K = 71;
    private static final int COUNT = 3;

    private JCudaDriver driver;
    private long stream;
    private Blas blas;
    private DeviceMemory memory;
    private Staging staging;

    @BeforeEach
    void open() {
        driver = Gpu.open();
        stream = driver.createStream();
        JCublas.Opened opened = JCublas.open(driver, stream);
        if (opened.blas().isEmpty()) {
            driver.destroyStream(stream);
            driver.close();
            driver = null;
            throw new TestAbortedException("needs cuBLAS: " + opened.description());
        }
        blas = opened.blas().get();
        memory = new DeviceMemory(driver);
        staging = new Staging(driver, stream, 4096);
    }

    @AfterEach
    void close() {
        if (driver != null) {
            staging.close();
            memory.close();
            blas.close();
            driver.destroyStream(stream);
            driver.close();
        }
    }

    private static float[] random(int seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static double[] expected(Gemm gemm, float[] a, float[] b, int count) {
        double[] c = new double[count * M * N];
        for (int z = 0; z < count; z++) {
            for (int row = 0; row < M; row++) {
                for (int column = 0; column < N; column++) {
                    double sum = 0;
                    for (int k = 0; k < K; k++) {
                        double left = a[z * M * K + (gemm.transposeA() ? k * M + row : row * K + k)];
                        sum += left * b[gemm.transposeB() ? column * K + k : k * N + column];
                    }
                    c[(z * M + row) * N + column] = gemm.alpha() * sum;
                }
            }
        }
        return c;
    }

    private static double error(double[] expected, float[] actual) {
        double difference = 0;
        double size = 0;
        for (int index = 0; index < expected.length; index++) {
            difference += Math.pow(actual[index] - expected[index], 2);
            size += expected[index] * expected[index];
        }
        return Math.sqrt(difference / size);
    }

    /** Directly, then twice as a captured graph, which must give the same bits. */
    private double run(Gemm gemm, int count) {
        float[] a = random(1, count * M * K);
        float[] b = random(2, K * N);
        float[] first = new float[count * M * N];
        float[] second = new float[count * M * N];
        try (Allocation left = memory.allocate(4L * a.length, "A");
                Allocation right = memory.allocate(4L * b.length, "B");
                Allocation result = memory.allocate(4L * first.length, "C")) {
            staging.upload(left.address(), MemorySegment.ofArray(a));
            staging.upload(right.address(), MemorySegment.ofArray(b));
            multiply(gemm, count, left, right, result);
            staging.download(MemorySegment.ofArray(first), result.address());
            driver.beginCapture(stream);
            multiply(gemm, count, left, right, result);
            long graph = driver.endCapture(stream);
            for (int repeat = 0; repeat < 2; repeat++) {
                driver.fill(result.address(), -1, first.length, stream);
                driver.launchGraph(graph, stream);
                staging.download(MemorySegment.ofArray(second), result.address());
                assertArrayEquals(first, second);
            }
            driver.destroyGraph(graph);
        }
        return error(expected(gemm, a, b, count), first);
    }

    private void multiply(Gemm gemm, int count, Allocation a, Allocation b, Allocation c) {
        if (count == 1) {
            blas.multiply(gemm, a.address(), b.address(), c.address());
        } else {
            blas.multiplyBatched(gemm, a.address(), (long) M * K, b.address(), 0, c.address(), (long) M * N, count);
        }
    }

    private double worst(Gemm.Arithmetic arithmetic) {
        double worst = 0;
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                Gemm gemm = new Gemm(transposeA, transposeB, M, N, K, transposeA ? M : K, transposeB ? K : N, N, 0.5f,
                        0, arithmetic);
                worst = Math.max(worst, Math.max(run(gemm, 1), run(gemm, COUNT)));
            }
        }
        return worst;
    }

    @Test
    void fp32IsExactToRounding() {
        double error = worst(Gemm.Arithmetic.FP32);
        assertTrue(error < 1e-6, "relative L2 error " + error);
    }

    @Test
    void tf32RoundsItsFactors() {
        double error = worst(Gemm.Arithmetic.TF32);
        assertTrue(error < 1e-3, "relative L2 error " + error);
    }
}
