// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Precision;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProductsTest {

    private static final double EXACT_ERROR = 1e-6;
    private static final double TF32_ERROR = 1e-3;

    private static int[] dims(boolean transposed, int rows, int columns, int... batch) {
        int[] out = Arrays.copyOf(batch, batch.length + 2);
        out[batch.length] = transposed ? columns : rows;
        out[batch.length + 1] = transposed ? rows : columns;
        return out;
    }

    private static int size(int[] dims) {
        return Arrays.stream(dims).reduce(1, Math::multiplyExact);
    }

    /** Plain loops in float64, for operands with the same or broadcast leading axes. */
    private static double[] expected(boolean ta, boolean tb, Shape a, Shape b, int[] batch, float[] x, float[] y) {
        int m = a.dim(ta ? -1 : -2);
        int k = a.dim(ta ? -2 : -1);
        int n = b.dim(tb ? -2 : -1);
        int count = size(batch);
        double[] out = new double[count * m * n];
        for (int e = 0; e < count; e++) {
            int ofA = member(a, batch, e) * m * k;
            int ofB = member(b, batch, e) * k * n;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int l = 0; l < k; l++) {
                        sum += (double) x[ofA + (ta ? l * m + i : i * k + l)] * y[ofB + (tb ? j * k + l : l * n + j)];
                    }
                    out[(e * m + i) * n + j] = sum;
                }
            }
        }
        return out;
    }

    /** Which matrix of an operand meets a member of the broadcast batch. */
    private static int member(Shape shape, int[] batch, int index) {
        int out = 0;
        int step = 1;
        for (int axis = 1; axis <= batch.length; axis++) {
            int at = index % batch[batch.length - axis];
            index /= batch[batch.length - axis];
            if (axis <= shape.rank() - 2) {
                int dim = shape.dim(-2 - axis);
                out += dim == 1 ? 0 : at * step;
                step *= dim;
            }
        }
        return out;
    }

    private static float[] run(Products products, float[] x, float[] y, int size) {
        try (KernelRun run = new KernelRun()) {
            Region c = run.room(DType.F32, size);
            run.run(products.launches(run.floats(x), run.floats(y), Epilogue.none(), c));
            return run.floats(c);
        }
    }

    private static void check(boolean ta, boolean tb, int[] a, int[] b, int[] batch, Precision precision, String kind) {
        Shape shapeA = Shape.of(a);
        Shape shapeB = Shape.of(b);
        float[] x = PlainConvolution.random(1, size(a));
        float[] y = PlainConvolution.random(2, size(b));
        double[] expected = expected(ta, tb, shapeA, shapeB, batch, x, y);
        Products products = new Products(ta, tb, shapeA, shapeB, precision);
        assertTrue(products.reason().contains(kind), products.reason());
        double error = PlainConvolution.error(expected, run(products, x, y, expected.length));
        assertTrue(error <= (products.reason().startsWith("tensor") ? TF32_ERROR : EXACT_ERROR),
                shapeA + " " + ta + " x " + shapeB + " " + tb + ", " + products.reason() + ": " + error);
    }

    private static void transposes(int m, int n, int k, Precision precision, String kind) {
        for (boolean ta : new boolean[] {false, true}) {
            for (boolean tb : new boolean[] {false, true}) {
                check(ta, tb, dims(ta, m, k), dims(tb, k, n), new int[0], precision, kind);
            }
        }
    }

    @Test
    void smallTiles() {
        transposes(33, 35, 17, Precision.EXACT, "fp32, tiles of 32x32");
        transposes(1, 5, 3, Precision.EXACT, "fp32, tiles of 32x32");
        transposes(36, 40, 20, Precision.EXACT, "fp32, tiles of 32x32");
    }

    @Test
    void middleTiles() {
        transposes(33 * 64 - 1, 129, 7, Precision.EXACT, "fp32, tiles of 64x64");
        transposes(68, 76, 36, Precision.FAST, "tf32, tiles of 64x64");
        transposes(4, 8, 4, Precision.FAST, "tf32, tiles of 64x64");
    }

    @Test
    void wideTiles() {
        transposes(48 * 128 - 1, 130, 5, Precision.EXACT, "fp32, tiles of 128x128");
        transposes(48 * 128 - 4, 132, 8, Precision.FAST, "tf32, tiles of 128x128");
    }

    @Test
    void batches() {
        for (Precision precision : Precision.values()) {
            check(false, false, new int[] {3, 5, 8, 12}, new int[] {3, 5, 12, 4}, new int[] {3, 5}, precision, "");
            check(false, true, new int[] {3, 1, 8, 12}, new int[] {5, 4, 12}, new int[] {3, 5}, precision, "");
            check(true, false, new int[] {5, 12, 8}, new int[] {12, 4}, new int[] {5}, precision, "");
            check(false, false, new int[] {5, 7, 12}, new int[] {12, 4}, new int[] {5}, precision, "");
            check(false, false, new int[] {2, 1, 3, 7, 4}, new int[] {4, 1, 4, 4}, new int[] {2, 4, 3}, precision, "");
            check(false, false, new int[] {2, 1, 2, 1, 5, 3}, new int[] {1, 3, 1, 2, 3, 2}, new int[] {2, 3, 2, 2},
                    precision, "");
        }
    }

    @Test
    void rowOfATallProductEqualsRowAlone() {
        for (Precision precision : Precision.values()) {
            float[] x = PlainConvolution.random(1, 150 * 20);
            float[] y = PlainConvolution.random(2, 20 * 40);
            float[] all = run(new Products(false, false, Shape.of(150, 20), Shape.of(20, 40), precision), x, y, 6000);
            Products one = new Products(false, false, Shape.of(1, 20), Shape.of(20, 40), precision);
            for (int row : new int[] {0, 7, 77, 149}) {
                assertArrayEquals(run(one, Arrays.copyOfRange(x, row * 20, row * 20 + 20), y, 40),
                        Arrays.copyOfRange(all, row * 40, row * 40 + 40));
            }
        }
    }

    @Test
    void epilogueOfABatch() {
        for (int n : new int[] {6, 8}) {
            float[] x = PlainConvolution.random(1, 2 * 5 * 4);
            float[] y = PlainConvolution.random(2, 2 * 4 * n);
            float[] scale = PlainConvolution.random(3, n);
            float[] shift = PlainConvolution.random(4, n);
            float[] residual = PlainConvolution.random(5, 10 * n);
            float[] mask = PlainConvolution.random(6, 10 * n);
            for (Precision precision : Precision.values()) {
                Products products =
                        new Products(false, false, Shape.of(2, 5, 4), Shape.of(2, 4, n), precision);
                float[] expected = run(products, x, y, 10 * n);
                for (int i = 0; i < expected.length; i++) {
                    float v = Math.fma(expected[i], scale[i % n], shift[i % n]) + residual[i];
                    expected[i] = mask[i] > 0 ? Math.max(v, 0f) : 0f;
                }
                try (KernelRun run = new KernelRun()) {
                    Region c = run.room(DType.F32, 10 * n);
                    Epilogue epilogue = new Epilogue(Optional.of(run.floats(scale)), Optional.of(run.floats(shift)),
                            Optional.of(run.floats(residual)), true, Optional.of(run.floats(mask)));
                    run.run(products.launches(run.floats(x), run.floats(y), epilogue, c));
                    assertArrayEquals(expected, run.floats(c));
                }
            }
        }
    }

    /** More matrices than a grid has layers. */
    @Test
    void manyMatricesAreSeveralLaunches() {
        Products products = new Products(false, false, Shape.of(70_000, 1, 1), Shape.of(70_000, 1, 1), Precision.EXACT);
        List<Launch> launches = products.launches(new Region(DType.F32, 70_000), new Region(DType.F32, 70_000),
                Epilogue.none(), new Region(DType.F32, 70_000));
        assertEquals(List.of(65_535, 4_465), launches.stream().map(launch -> launch.grid().z()).toList());
        assertEquals(4 * 65_535L, ((Argument.Pointer) launches.get(1).arguments().get(2)).offsetBytes());
    }

    @Test
    void saysWhyNotOnTensorCores() {
        assertEquals("fp32, tiles of 32x32; tensor cores want rows in fours, not of 6",
                new Products(false, false, Shape.of(5, 8), Shape.of(8, 6), Precision.FAST).reason());
    }
}
