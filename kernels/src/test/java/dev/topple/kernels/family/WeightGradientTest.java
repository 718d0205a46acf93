// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Precision;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.DType;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import org.junit.jupiter.api.Test;

class WeightGradientTest {

    private static final Geometry SAME = Geometry.UNIT.padding(1);

    private static float[] run(WeightGradient plan, ConvolutionShape s, Form form, float[] x, float[] g) {
        try (KernelRun run = new KernelRun()) {
            Region image = run.floats(
                    form == Form.PLAIN ? x : PlainConvolution.channelsLast(x, s.images(), s.channels()));
            Region gradient = run.floats(PlainConvolution.channelsLast(g, s.images(), s.outChannels()));
            Region working = run.room(DType.F32, plan.working().elements());
            Region weight = run.room(DType.F32, PlainConvolution.weightSize(s));
            run.run(plan.launches(image, gradient, working, weight));
            return run.floats(weight);
        }
    }

    private static void check(Form form, Precision precision, String kernel, ConvolutionShape s) {
        float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
        float[] g = PlainConvolution.random(2, PlainConvolution.resultSize(s));
        WeightGradient plan = WeightGradient.of(s, form, precision);
        assertTrue(plan.reason().contains(kernel), plan.reason());
        double[] expected = PlainConvolution.weightGradient(s, x, g);
        float[] actual = run(plan, s, form, x, g);
        double error = PlainConvolution.error(expected, actual);
        assertTrue(error <= (plan.reason().contains("tf32") ? 1e-3 : 2e-6), s + ", " + plan.reason() + ": " + error);
        assertArrayEquals(actual, run(plan, s, form, x, g));
    }

    private static ConvolutionShape shape(Geometry g, int n, int c, int h, int w, int o, int kh, int kw) {
        return new ConvolutionShape(g, n, c, h, w, o, kh, kw);
    }

    @Test
    void tilesAndSplits() {
        for (Precision precision : Precision.values()) {
            check(Form.NHWC, precision, "64x64", shape(SAME, 2, 8, 9, 11, 12, 3, 3));
            check(Form.NHWC, precision, "4 splits", shape(SAME, 2, 4, 19, 23, 20, 3, 3));
            check(Form.NHWC, precision, "128x128", shape(Geometry.UNIT, 1, 68, 9, 7, 132, 1, 1));
            check(Form.NHWC, precision, "64x64", shape(SAME.stride(2), 3, 4, 8, 7, 8, 3, 3));
            check(Form.NHWC, precision, "64x64", shape(Geometry.UNIT.padding(2).dilation(3), 2, 4, 8, 7, 8, 3, 2));
            check(Form.NHWC, precision, "64x64", shape(SAME.groups(2), 2, 8, 5, 6, 24, 3, 3));
        }
    }

    @Test
    void anyNumberOfChannels() {
        check(Form.PLAIN, Precision.FAST, "; tensor cores want", shape(SAME.stride(2), 2, 3, 11, 9, 10, 3, 3));
        check(Form.PLAIN, Precision.EXACT, "64x64",
                shape(Geometry.UNIT.padding(3).stride(2), 1, 3, 12, 13, 8, 7, 7));
        check(Form.NHWC, Precision.EXACT, "64x64", shape(SAME, 1, 5, 6, 7, 3, 3, 3));
        check(Form.NHWC, Precision.FAST, "; tensor cores want", shape(SAME, 1, 4, 6, 7, 3, 3, 3));
    }

    @Test
    void depthwise() {
        check(Form.NHWC, Precision.FAST, "depthwise", shape(SAME.groups(36), 2, 36, 7, 6, 36, 3, 3));
        check(Form.NHWC, Precision.EXACT, "depthwise", shape(SAME.groups(6).stride(2), 3, 6, 15, 20, 12, 5, 3));
        check(Form.PLAIN, Precision.EXACT, "implicit", shape(SAME.groups(6), 1, 6, 5, 4, 6, 3, 3));
    }
}
