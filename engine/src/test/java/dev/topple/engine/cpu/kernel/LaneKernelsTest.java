// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Relation;
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
        float[] e = new float[N];
        BlockArithmetic.abs(e, a, n);
        BlockArithmetic.negate(e, e, n);
        lanes.exp(e, e, n);
        lanes.sigmoid(out, a, e, n);
    }

    private static void tanh(LaneKernels lanes, float[] out, float[] a, int n) {
        float[] e = new float[N];
        BlockArithmetic.abs(e, a, n);
        BlockArithmetic.add(e, e, e, n);
        lanes.exp(e, e, n);
        lanes.tanh(out, a, e, n);
    }

    @Test
    void vectorsGiveTheSameBits() {
        float[] b = floats(99);
        int[] mask = new int[N];
        for (int i = 0; i < N; i++) {
            mask[i] = i / 3 % 2;
        }
        agree("exp", (lanes, out, a, n) -> lanes.exp(out, a, n));
        agree("log", (lanes, out, a, n) -> lanes.log(out, a, n));
        agree("sigmoid", LaneKernelsTest::sigmoid);
        agree("tanh", LaneKernelsTest::tanh);
        agree("sign", (lanes, out, a, n) -> lanes.sign(out, a, n));
        agree("reluGradient", (lanes, out, a, n) -> lanes.reluGradient(out, b, a, n));
        agree("choose", (lanes, out, a, n) -> lanes.choose(out, mask, a, b, n));
        for (Relation relation : Relation.values()) {
            agree("compare " + relation, (lanes, out, a, n) -> {
                int[] truth = new int[N];
                lanes.compare(relation, truth, a, b, n);
                BlockArithmetic.toFloat(out, truth, n);
            });
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
        Function exp = (lanes, out, a, n) -> lanes.exp(out, a, n);
        within(1, worst(exp, StrictMath::exp, -1, 1), "exp near 0");
        within(1, worst(exp, StrictMath::exp, -87, 88), "exp");
        within(1, worst(exp, StrictMath::exp, -104, -87), "exp of very small results");
        Function log = (lanes, out, a, n) -> lanes.log(out, a, n);
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
        vector.exp(y, a, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(Float.POSITIVE_INFINITY, y[1]);
        assertEquals(0f, y[2]);
        assertEquals(1f, y[3]);
        vector.log(y, a, 16);
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
        vector.sign(y, a, 16);
        assertEquals(Float.NaN, y[0]);
        assertEquals(-1f, y[4]);
    }
}
