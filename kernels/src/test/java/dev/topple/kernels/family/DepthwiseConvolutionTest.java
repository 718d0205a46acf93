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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DepthwiseConvolutionTest {

    private static float[] run(ConvolutionPlan plan, ConvolutionShape s, boolean backward, float[] source, float[] w,
            Epilogue epilogue, KernelRun run) {
        Region x = run.floats(
                PlainConvolution.channelsLast(source, s.images(), backward ? s.outChannels() : s.channels()));
        Region packed = run.room(DType.F32, plan.packing().elements());
        Region y = run.room(DType.F32, backward ? PlainConvolution.imageSize(s) : PlainConvolution.resultSize(s));
        run.run(List.of(plan.packing().launch(run.floats(w), packed)));
        run.run(plan.launches(x, packed, epilogue, y, size -> run.room(DType.F32, size)));
        return PlainConvolution.channelsFirst(run.floats(y), s.images(), backward ? s.channels() : s.outChannels());
    }

    private static float[] run(ConvolutionPlan plan, ConvolutionShape s, boolean backward, float[] source, float[] w) {
        try (KernelRun run = new KernelRun()) {
            return run(plan, s, backward, source, w, Epilogue.none(), run);
        }
    }

    private static void check(Geometry g, int n, int c, int h, int w, int o, int kh, int kw, String kernel) {
        ConvolutionShape s = new ConvolutionShape(g.groups(c), n, c, h, w, o, kh, kw);
        float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
        float[] weight = PlainConvolution.random(2, PlainConvolution.weightSize(s));
        float[] d = PlainConvolution.random(3, PlainConvolution.resultSize(s));
        ConvolutionPlan forward = Convolutions.forward(s, Form.NHWC, Precision.FAST);
        ConvolutionPlan backward = Convolutions.inputGradient(s, Form.NHWC, Precision.FAST);
        assertTrue(forward.reason().contains(kernel), forward.reason());
        float[] y = run(forward, s, false, x, weight);
        double error = PlainConvolution.error(PlainConvolution.forward(s, x, weight), y);
        assertTrue(error <= 1e-6, s + " forward: " + error);
        error = PlainConvolution.error(PlainConvolution.inputGradient(s, d, weight), run(backward, s, true, d, weight));
        assertTrue(error <= 1e-6, s + " gradient: " + error);
        ConvolutionShape one = new ConvolutionShape(s.geometry(), 1, c, h, w, o, kh, kw);
        int image = x.length / n;
        int result = y.length / n;
        assertArrayEquals(Arrays.copyOfRange(y, y.length - result, y.length),
                run(Convolutions.forward(one, Form.NHWC, Precision.FAST), one, false,
                        Arrays.copyOfRange(x, x.length - image, x.length), weight));
    }

    @Test
    void fourChannelsAtATime() {
        Geometry same = Geometry.UNIT.padding(1);
        check(same, 2, 8, 7, 9, 8, 3, 3, "four channels");
        check(same.stride(2), 3, 12, 7, 10, 12, 3, 3, "four channels");
        check(Geometry.UNIT.padding(4).dilation(2), 2, 4, 9, 5, 4, 5, 5, "four channels");
        check(new Geometry(3, 2, 0, 2, 1, 1, 2, 3, 1), 2, 4, 11, 12, 4, 3, 2, "four channels");
    }

    @Test
    void oneChannelAtATime() {
        check(Geometry.UNIT.padding(1), 2, 6, 7, 9, 6, 3, 3, "one channel");
        check(Geometry.UNIT.padding(1).stride(2), 2, 3, 7, 9, 9, 3, 3, "one channel");
    }

    @Test
    void epilogue() {
        for (int c : new int[] {8, 6}) {
            ConvolutionShape s =
                    new ConvolutionShape(Geometry.UNIT.padding(1).groups(c), 2, c, 5, 6, c, 3, 3);
            int size = PlainConvolution.resultSize(s);
            float[] x = PlainConvolution.random(1, size);
            float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
            float[] scale = PlainConvolution.random(3, c);
            float[] shift = PlainConvolution.random(4, c);
            float[] residual = PlainConvolution.random(5, size);
            float[] mask = PlainConvolution.random(6, size);
            ConvolutionPlan plan = Convolutions.forward(s, Form.NHWC, Precision.EXACT);
            float[] expected = run(plan, s, false, x, w);
            for (int i = 0; i < size; i++) {
                int channel = i / 30 % c;
                float v = Math.fma(expected[i], scale[channel], shift[channel]) + residual[i];
                expected[i] = mask[i] > 0 ? Math.max(v, 0f) : 0f;
            }
            try (KernelRun run = new KernelRun()) {
                Epilogue epilogue = new Epilogue(Optional.of(run.floats(scale)), Optional.of(run.floats(shift)),
                        Optional.of(run.floats(PlainConvolution.channelsLast(residual, 2, c))), true,
                        Optional.of(run.floats(PlainConvolution.channelsLast(mask, 2, c))));
                assertArrayEquals(expected, run(plan, s, false, x, w, epilogue, run));
            }
        }
    }
}
