// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatMulKernelTest {

    private static final List<GemmKernel> KERNELS = List.of(new GemmWideKernel(), new GemmNarrowKernel(),
            new GemmPlainKernel());

    private static float[] product(GemmKernel gemm, int threads, Shape a, Shape b, boolean transposeA,
            boolean transposeB, float[] x, int xo, float[] y, int size) {
        MatMulKernel kernel = new MatMulKernel(gemm, a, b, transposeA, transposeB);
        float[] c = Numbers.rubbish(size);
        try (Workers workers = new Workers(threads)) {
            kernel.run(workers, x, xo, y, 0, c, 0, Numbers.rubbish(kernel.scratch(threads) + 1), 1);
        }
        return c;
    }

    private static double[] reference(Shape a, Shape b, boolean transposeA, boolean transposeB, float[] x, float[] y,
            int m, int n, int k, Shape batch) {
        double[] c = new double[batch.size() * m * n];
        int[] strideA = dev.topple.engine.graph.MatMul.batch(a).broadcastStrides(batch);
        int[] strideB = dev.topple.engine.graph.MatMul.batch(b).broadcastStrides(batch);
        for (int p = 0; p < batch.size(); p++) {
            int rest = p;
            int ma = 0;
            int mb = 0;
            for (int axis = batch.rank() - 1; axis >= 0; axis--) {
                ma += rest % batch.dim(axis) * strideA[axis];
                mb += rest % batch.dim(axis) * strideB[axis];
                rest /= batch.dim(axis);
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    for (int q = 0; q < k; q++) {
                        c[(p * m + i) * n + j] += (double) x[ma * m * k + (transposeA ? q * m + i : i * k + q)]
                                * y[mb * k * n + (transposeB ? j * k + q : q * n + j)];
                    }
                }
            }
        }
        return c;
    }

    private static void check(Random random, int[] batchA, int[] batchB, int m, int n, int k) {
        for (int transposed = 0; transposed < 4; transposed++) {
            boolean ta = (transposed & 1) != 0;
            boolean tb = (transposed & 2) != 0;
            Shape a = matrix(batchA, ta ? k : m, ta ? m : k);
            Shape b = matrix(batchB, tb ? n : k, tb ? k : n);
            Shape batch = Shape.broadcast(Shape.of(batchA), Shape.of(batchB));
            float[] x = Numbers.random(random, a.size());
            float[] y = Numbers.random(random, b.size());
            double[] expected = reference(a, b, ta, tb, x, y, m, n, k, batch);
            float[] c = product(KERNELS.get(0), 2, a, b, ta, tb, x, 0, y, expected.length);
            double error = Numbers.error(expected, c, 0, k);
            assertTrue(error <= 1e-5, a + " by " + b + ": error " + error);
            assertArrayEquals(c, product(KERNELS.get(1), 3, a, b, ta, tb, x, 0, y, expected.length));
            assertArrayEquals(c, product(KERNELS.get(2), 1, a, b, ta, tb, x, 0, y, expected.length));
        }
    }

    private static Shape matrix(int[] batch, int rows, int columns) {
        int[] dims = Arrays.copyOf(batch, batch.length + 2);
        dims[batch.length] = rows;
        dims[batch.length + 1] = columns;
        return Shape.of(dims);
    }

    @Test
    void productsOfOddSizesInEveryForm() {
        Random random = new Random(1);
        int[] none = {};
        int[][] sizes = {{1, 1, 1}, {1, 33, 5}, {33, 1, 5}, {13, 17, 3}, {3, 40, 300}, {40, 3, 300}, {1, 1, 600},
            {100, 31, 9}, {24, 64, 32}, {7, 300, 11}, {5, 5, 0}, {17, 16, 257}, {4, 2, 12}};
        for (int[] s : sizes) {
            check(random, none, none, s[0], s[1], s[2]);
        }
    }

    @Test
    void leadingAxesBroadcast() {
        Random random = new Random(2);
        check(random, new int[] {3}, new int[] {3}, 5, 7, 4);
        check(random, new int[] {3}, new int[] {}, 5, 7, 4);
        check(random, new int[] {}, new int[] {2, 3}, 5, 1, 4);
        check(random, new int[] {2, 1, 3}, new int[] {4, 1}, 2, 7, 4);
    }

    @Test
    void aRowInABatchEqualsThatRowAlone() {
        Random random = new Random(3);
        int k = 520;
        int n = 20;
        float[] x = Numbers.random(random, 37 * k);
        float[] y = Numbers.random(random, n * k);
        float[] all = product(KERNELS.get(0), 2, Shape.of(37, k), Shape.of(n, k), false, true, x, 0, y, 37 * n);
        for (int i = 0; i < 37; i++) {
            float[] alone = product(KERNELS.get(0), 1, Shape.of(1, k), Shape.of(n, k), false, true, x, i * k, y, n);
            assertArrayEquals(Arrays.copyOfRange(all, i * n, (i + 1) * n), alone);
        }
    }

    @Test
    void innerSizesThatDifferAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> new MatMulKernel(KERNELS.get(2), Shape.of(2, 3), Shape.of(4, 5), false, false));
    }
}
