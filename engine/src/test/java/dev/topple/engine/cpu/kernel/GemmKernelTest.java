// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GemmKernelTest {

    private static final List<GemmKernel> KERNELS = List.of(new GemmWideKernel(), new GemmNarrowKernel(),
            new GemmPlainKernel());

    /** Every number of rows and vectors, through tables that are out of order, twice: set, then added. */
    @Test
    void eachElementIsOneChainInAscendingOrderAddedToWhatWasThere() {
        Random random = new Random(1);
        int depth = 37;
        for (GemmKernel gemm : KERNELS) {
            for (int rows = 1; rows <= 27; rows++) {
                int vectors = 1 + random.nextInt(4);
                int lanes = gemm.lanes();
                int pitch = (vectors + 1) * lanes;
                float[] b = Numbers.random(random, 4000);
                int[] offsets = random.ints(depth, 0, 2000).toArray();
                int[] starts = random.ints(vectors, 0, 1900).toArray();
                float[] a = Numbers.random(random, rows * depth);
                float[] c = Numbers.rubbish(1 + gemm.paddedRows(rows) * pitch);
                float[] panels = panels(gemm, a, rows, depth);
                gemm.multiply(rows, depth, panels, 0, offsets, b, 3, starts, vectors, c, 1, pitch, false);
                gemm.multiply(rows, depth, panels, 0, offsets, b, 5, starts, vectors, c, 1, pitch, true);
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < vectors * lanes; j++) {
                        float first = 0;
                        float second = 0;
                        for (int k = 0; k < depth; k++) {
                            int at = starts[j / lanes] + offsets[k] + j % lanes;
                            first = Math.fma(a[i * depth + k], b[3 + at], first);
                            second = Math.fma(a[i * depth + k], b[5 + at], second);
                        }
                        assertEquals(first + second, c[1 + i * pitch + j], gemm + " row " + i + " column " + j);
                    }
                }
            }
        }
    }

    private static float[] panels(GemmKernel gemm, float[] a, int rows, int depth) {
        float[] panels = new float[gemm.paddedRows(rows) * depth];
        int panel;
        for (int row = 0; row < rows; row += panel) {
            panel = gemm.panel(rows - row);
            for (int k = 0; k < depth; k++) {
                for (int r = 0; r < panel && row + r < rows; r++) {
                    panels[row * depth + k * panel + r] = a[(row + r) * depth + k];
                }
            }
        }
        return panels;
    }

    @Test
    void panelsCoverTheRowsWithLittleWaste() {
        for (GemmKernel gemm : KERNELS) {
            for (int rows = 1; rows < 100; rows++) {
                int padded = gemm.paddedRows(rows);
                assertTrue(padded >= rows && padded < rows + 4, gemm + " " + rows + " " + padded);
                assertTrue(gemm.panel(rows) <= gemm.rows());
            }
        }
    }

    /** Interpreted, then compiled: the bits must not change on the way. */
    @Test
    void theBitsDoNotChangeAsTheCodeIsCompiled() {
        Random random = new Random(2);
        for (GemmKernel gemm : KERNELS) {
            MatMulKernel kernel = new MatMulKernel(gemm, Shape.of(23, 300), Shape.of(300, 40), false, false);
            float[] a = Numbers.random(random, 23 * 300);
            float[] b = Numbers.random(random, 300 * 40);
            float[] scratch = new float[kernel.scratch(1)];
            float[] first = new float[23 * 40];
            try (Workers workers = new Workers(1)) {
                kernel.run(workers, a, 0, b, 0, first, 0, scratch, 0);
                for (int run = 0; run < 300; run++) {
                    float[] again = new float[23 * 40];
                    kernel.run(workers, a, 0, b, 0, again, 0, scratch, 0);
                    assertArrayEquals(first, again);
                }
            }
        }
    }

    @Test
    void aRunAllocatesNothing() {
        GemmKernel gemm = GemmKernel.of(Simd.chosen());
        MatMulKernel product = new MatMulKernel(gemm, Shape.of(20, 108), Shape.of(9, 108), false, true);
        float[] a = new float[20 * 108];
        float[] b = new float[9 * 108];
        float[] c = new float[20 * 9];
        float[] scratch = new float[product.scratch(1)];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Workers workers = new Workers(1)) {
            long least = Long.MAX_VALUE;
            long deadline = System.nanoTime() + 30_000_000_000L;
            while (least > 0 && System.nanoTime() < deadline) { // interpreted vectors are objects: wait for the JIT
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int run = 0; run < 100; run++) {
                    product.run(workers, a, 0, b, 0, c, 0, scratch, 0);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes allocated in 100 runs");
        }
    }

    @Test
    void thePropertyChoosesTheWidth() {
        String before = System.getProperty(Simd.PROPERTY);
        try {
            for (String wish : List.of("off", "128", "256", "512")) {
                System.setProperty(Simd.PROPERTY, wish);
                assertEquals(wish.equals("off") ? 0 : Integer.parseInt(wish), Simd.chosen().bits());
            }
            System.setProperty(Simd.PROPERTY, "1024");
            String message = assertThrows(IllegalArgumentException.class, Simd::chosen).getMessage();
            assertTrue(message.contains("topple.simd=1024"), message);
        } finally {
            if (before == null) {
                System.clearProperty(Simd.PROPERTY);
            } else {
                System.setProperty(Simd.PROPERTY, before);
            }
        }
    }
}
