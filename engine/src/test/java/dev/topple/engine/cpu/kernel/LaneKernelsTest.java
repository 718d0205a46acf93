// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Vector and plain kernels agree to the bit, and the elementary functions are as exact as they say. */
class LaneKernelsTest {

    private static final int N = 512;
    private final LaneKernels plain = LaneKernels.of(Simd.OFF);
    private final LaneKernels vector = LaneKernels.of(Simd.chosen());

    @FunctionalInterface
    private interface Function {
        void apply(LaneKernels lanes, float[] out, float[] a, int n);
    }

    private static float[] floats(long seed) {
        Random random = new Random(seed);
        float[] values = new float[N];
        for (int i = 0; i < N; i++) {
            values[i] = switch (i % 4) {
                case 0 -> (float) random.nextGaussian();
                case 1 -> (float) (random.nextGaussian() * 60);
                case 2 -> Float.intBitsToFloat(random.nextInt());
                default -> (float) Math.exp(random.nextGaussian() * 20);
            };
        }
        float[] special = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 88.72283f, 88.7229f, -87.3366f,
            -103.9f, -104.1f, 0.625f};
        System.arraycopy(special, 0, values, 32, special.length);
        return values;
    }

    private static void same(float[] expected, float[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(actual[i]),
                    what + ", element " + i + ": " + expected[i] + " and " + actual[i]);
        }
    }

    private void agree(String name, Function function) {
        for (long seed = 0; seed < 20; seed++) {
            float[] a = floats(seed);
            float[] x = new float[N];
            float[] y = new float[N];
            function.apply(plain, x, a, N);
            function.apply(vector, y, a, N);
            same(x, y, name);
        }
    }

    private static void sigmoid(LaneKernels lanes, float[] out, float[] a, int n) {
        ElementKernels kernels = lanes.elements();
        float[] e = new float[N];
        kernels.abs(e, 0, a, 0, n);
        kernels.negate(e, 0, e, 0, n);
        kernels.exp(e, 0, e, 0, n);
        kernels.sigmoid(out, 0, a, 0, e, 0, n);
    }

    private static void tanh(LaneKernels lanes, float[] out, float[] a, int n) {
        ElementKernels kernels = lanes.elements();
        float[] e = new float[N];
        kernels.abs(e, 0, a, 0, n);
        kernels.add(e, 0, e, 0, e, 0, n);
        kernels.exp(e, 0, e, 0, n);
        kernels.tanh(out, 0, a, 0, e, 0, n);
    }

    @Test
    void vectorsGiveTheSameBits() {
        float[] b = floats(99);
        int[] mask = new int[N];
        for (int i = 0; i < N; i++) {
            mask[i] = i / 3 % 2;
        }
        agree("exp", (lanes, out, a, n) -> lanes.elements().exp(out, 0, a, 0, n));
        agree("log", (lanes, out, a, n) -> lanes.elements().log(out, 0, a, 0, n));
        agree("sigmoid", LaneKernelsTest::sigmoid);
        agree("tanh", LaneKernelsTest::tanh);
        // Runs that begin anywhere and end within a vector.
        for (int length : new int[] {0, 1, 7, 16, 100, 300}) {
            agreeOnRuns(length, b, mask);
        }
        float[] memory = new float[LaneKernels.WIDTH];
        for (int length : new int[] {0, 1, 15, 16, 17, 100, 300}) {
            agree("sums of " + length, (lanes, out, a, n) -> {
                out[0] = lanes.sum(a, 100, length, memory);
                out[1] = lanes.sumSquares(a, 101, length, 0.5f, memory);
                out[2] = lanes.sumProducts(a, 102, b, 7, length, 0.25f, memory);
                out[3] = lanes.max(a, 103, length, memory);
            });
            agree("rows of " + length, (lanes, out, a, n) -> {
                lanes.accumulate(out, a, 100, length);
                lanes.accumulateMax(out, a, 100, length);
                lanes.blend(out, 3, a, 50, b, 51, 0.3f, length);
                lanes.addScaled(out, 5, a, 60, 0.7f, length);
            });
        }
    }

    private void agreeOnRuns(int length, float[] b, int[] mask) {
        agree("arithmetic on " + length, (lanes, out, a, n) -> {
            ElementKernels kernels = lanes.elements();
            kernels.add(out, 3, a, 5, b, 7, length);
            kernels.subtract(out, 4, a, 6, out, 4, length);
            kernels.multiply(out, 5, out, 5, b, 8, length);
            kernels.divide(out, 6, a, 9, out, 6, length);
            kernels.maximum(out, 7, out, 7, a, 11, length);
            kernels.minimum(out, 8, out, 8, b, 1, length);
            kernels.scale(out, 2, out, 2, 0.7f, length);
        });
        agree("functions on " + length, (lanes, out, a, n) -> {
            ElementKernels kernels = lanes.elements();
            kernels.negate(out, 1, a, 2, length);
            kernels.abs(out, 30, a, 5, length);
            kernels.sqrt(out, 50, a, 7, length);
            kernels.inverse(out, 70, a, 9, length);
            kernels.relu(out, 90, a, 32, length);
            kernels.sign(out, 110, a, 31, length);
            kernels.clamp(out, 130, a, 32, -0.5f, 2, length);
            kernels.exp(out, 150, a, 33, length);
            kernels.log(out, 170, a, 34, length);
            kernels.reluGradient(out, 190, b, 3, a, 35, length);
            kernels.clampGradient(out, 200, b, 3, a, 35, -0.5f, 2, length);
            kernels.choose(out, 205, mask, 2, a, 36, b, 11, length);
        });
        agree("soft maxima of " + length, (lanes, out, a, n) -> {
            float[] max = b.clone();
            lanes.elements().raise(max, a, 37, length);
            float[] sum = new float[N];
            lanes.elements().exponentials(out, 3, a, 38, max, sum, length);
            lanes.elements().add(out, 4, out, 4, sum, 0, length);
        });
        for (Relation relation : Relation.values()) {
            agree("compare " + relation, (lanes, out, a, n) -> {
                int[] truth = new int[N];
                lanes.elements().compare(relation, truth, 3, a, 32, b, 32, length);
                int[] same = new int[N];
                lanes.elements().compare(relation, same, 4, truth, 3, mask, 1, length);
                int[] chosen = new int[N];
                lanes.elements().choose(chosen, 5, mask, 1, truth, 2, same, 4, length);
                BlockArithmetic.toFloat(out, chosen, N);
            });
        }
    }

    @Test
    void rowsAreStretchedAndCollected() {
        for (int[] size : new int[][] {{7, 30}, {16, 32}, {40, 13}, {1, 5}}) {
            ResizeTables.Axis axis = ResizeTables.Axis.of(Resampling.Method.BILINEAR, size[0], size[1]);
            ResizeTables.Adjoint back = ResizeTables.Adjoint.of(axis, size[0]);
            for (int rows : new int[] {1, 2, 3, 4, 7}) {
                agree("stretch " + size[0] + " to " + size[1], (lanes, out, a, n) -> lanes.stretch(out, 2, size[1] + 1,
                        a, 33, size[0], rows, axis.first(), axis.second(), axis.weight(), size[1]));
                agree("collect " + size[0] + " from " + size[1], (lanes, out, a, n) -> lanes.collect(out, 2,
                        size[0] + 1, a, 33, size[1], rows, back.index(), back.weight(), back.taps(), size[0]));
            }
        }
    }

    /** The largest error in units of the last place of the exact result, subnormal results included. */
    private double worst(Function function, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        float[] a = new float[N];
        float[] y = new float[N];
        Random random = new Random(5);
        for (int round = 0; round < 400; round++) {
            for (int i = 0; i < N; i++) {
                a[i] = from + random.nextFloat() * (to - from);
            }
            function.apply(vector, y, a, N);
            for (int i = 0; i < N; i++) {
                double expected = exact.applyAsDouble(a[i]);
                worst = Math.max(worst, Math.abs(y[i] - expected) / Math.ulp((float) expected));
            }
        }
        return worst;
    }

    private static void within(double limit, double error, String what) {
        assertTrue(error <= limit, what + " is off by " + error + " ulp");
    }

    @Test
    void functionsAreAsExactAsTheySay() {
        Function exp = (lanes, out, a, n) -> lanes.elements().exp(out, 0, a, 0, n);
        within(1, worst(exp, StrictMath::exp, -1, 1), "exp near 0");
        within(1, worst(exp, StrictMath::exp, -87, 88), "exp");
        within(1, worst(exp, StrictMath::exp, -104, -87), "exp of very small results");
        Function log = (lanes, out, a, n) -> lanes.elements().log(out, 0, a, 0, n);
        within(1, worst(log, StrictMath::log, 0.3f, 3), "log near 1");
        within(1, worst(log, StrictMath::log, 0, 1e-37f), "log of small numbers");
        within(1, worst(log, StrictMath::log, 1, 1e30f), "log of large numbers");
        Function tanh = LaneKernelsTest::tanh;
        within(3, worst(tanh, StrictMath::tanh, -1, 1), "tanh near 0");
        within(3, worst(tanh, StrictMath::tanh, -12, 12), "tanh");
        Function sigmoid = LaneKernelsTest::sigmoid;
        within(3, worst(sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), -80, 20), "sigmoid");
    }

    @Test
    void limits() {
        float[] a = new float[LaneKernels.WIDTH];
        a[0] = Float.NaN;
        a[1] = Float.POSITIVE_INFINITY;
        a[2] = Float.NEGATIVE_INFINITY;
        a[3] = 0;
        a[4] = -1;
        float[] y = new float[LaneKernels.WIDTH];
        vector.elements().exp(y, 0, a, 0, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(Float.POSITIVE_INFINITY, y[1]);
        assertEquals(0f, y[2]);
        assertEquals(1f, y[3]);
        vector.elements().log(y, 0, a, 0, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(Float.POSITIVE_INFINITY, y[1]);
        assertEquals(Float.NaN, y[2]);
        assertEquals(Float.NEGATIVE_INFINITY, y[3]);
        assertEquals(Float.NaN, y[4]);
        tanh(vector, y, a, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(1f, y[1]);
        assertEquals(-1f, y[2]);
        sigmoid(vector, y, a, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(1f, y[1]);
        assertEquals(0f, y[2]);
        vector.elements().sign(y, 0, a, 0, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(-1f, y[4]);
    }
}
