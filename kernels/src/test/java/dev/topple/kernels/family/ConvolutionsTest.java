// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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

class ConvolutionsTest {

    private static final Geometry SAME = Geometry.UNIT.padding(1);
    private static final double EXACT_ERROR = 1e-6;
    private static final double TF32_ERROR = 1e-3;

    private static ConvolutionShape shape(Geometry g, int n, int c, int h, int w, int o, int kh, int kw) {
        return new ConvolutionShape(g, n, c, h, w, o, kh, kw);
    }

    /** Runs a plan on arrays in the plain order and gives its result in that order. */
    private static float[] run(ConvolutionPlan plan, ConvolutionShape s, boolean backward, Form form, float[] source,
            float[] weight) {
        try (KernelRun run = new KernelRun()) {
            int from = backward ? s.outChannels() : s.channels();
            int to = backward ? s.channels() : s.outChannels();
            Region x =
                    run.floats(form == Form.PLAIN ? source : PlainConvolution.channelsLast(source, s.images(), from));
            Region w = run.floats(weight);
            Region packed = run.room(DType.F32, plan.packing().elements());
            Region y = run.room(DType.F32,
                    backward ? PlainConvolution.imageSize(s) : PlainConvolution.resultSize(s));
            run.run(List.of(plan.packing().launch(w, packed)));
            run.run(plan.launches(x, packed, Epilogue.none(), y, size -> run.room(DType.F32, size)));
            return PlainConvolution.channelsFirst(run.floats(y), s.images(), to);
        }
    }

    private static void check(ConvolutionShape s, Precision precision, Form form, String kernel) {
        double tolerance = precision == Precision.EXACT ? EXACT_ERROR : TF32_ERROR;
        float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
        float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
        ConvolutionPlan forward = Convolutions.forward(s, form, precision);
        assertTrue(forward.reason().contains(kernel), forward.reason());
        double error = PlainConvolution.error(PlainConvolution.forward(s, x, w), run(forward, s, false, form, x, w));
        assertTrue(error <= tolerance, s + " forward, " + forward.reason() + ": " + error);
        checkGradient(s, precision, form, w, tolerance);
    }

    private static void checkGradient(ConvolutionShape s, Precision precision, Form form, float[] w, double tolerance) {
        float[] g = PlainConvolution.random(3, PlainConvolution.resultSize(s));
        ConvolutionPlan backward = Convolutions.inputGradient(s, form, precision);
        double error = PlainConvolution.error(PlainConvolution.inputGradient(s, g, w),
                run(backward, s, true, form, g, w));
        assertTrue(error <= tolerance, s + " gradient, " + backward.reason() + ": " + error);
    }

    @Test
    void wholeAndPartTilesInFp32() {
        check(shape(SAME, 1, 8, 9, 11, 40, 3, 3), Precision.EXACT, Form.NHWC, "64x64");
        check(shape(SAME, 2, 20, 5, 7, 12, 3, 3), Precision.EXACT, Form.NHWC, "128x32");
        check(shape(Geometry.UNIT, 1, 36, 6, 7, 68, 1, 1), Precision.EXACT, Form.NHWC, "64x64");
    }

    /** Each tile that the table has, its edges too, with the channels in one segment, apart and in turn. */
    @Test
    void everyTileAndWayOfSumming() {
        for (boolean tensor : new boolean[] {false, true}) {
            for (ConvolutionShape s : List.of(shape(SAME, 1, 132, 3, 11, 132, 3, 3),
                    shape(SAME, 2, 132, 3, 6, 20, 3, 3), shape(SAME, 1, 132, 3, 6, 6, 3, 3))) {
                ImageWalk walk = new ImageWalk(s, false, Form.NHWC);
                float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
                float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
                double[] expected = PlainConvolution.forward(s, x, w);
                float[] first = null;
                for (Tile tile : TileTable.convolutions(walk, tensor)) {
                    for (boolean apart : new boolean[] {false, true}) {
                        ConvolutionPlan plan =
                                new ImplicitProduct(walk, tensor, new TileTable.Choice(tile, apart), "");
                        assertTrue(plan.reason().contains("tiles of " + tile.suffix() + ", 3 segments "
                                + (apart ? "apart" : "in turn")), plan.reason());
                        float[] y = run(plan, s, false, Form.NHWC, x, w);
                        double error = PlainConvolution.error(expected, y);
                        assertTrue(error <= (tensor ? TF32_ERROR : EXACT_ERROR), plan.reason() + ": " + error);
                        first = first == null ? y : first;
                        assertArrayEquals(first, y, plan.reason());
                    }
                }
            }
        }
    }

    private static ConvolutionPlan forced(ConvolutionShape s, boolean backward, boolean tensor, boolean apart) {
        ImageWalk walk = new ImageWalk(s, backward, Form.NHWC);
        Tile tile = TileTable.convolution(walk, tensor).tile();
        return new ImplicitProduct(walk, tensor, new TileTable.Choice(tile, apart), "");
    }

    @Test
    void segmentsOfAGradientAndOfGroups() {
        for (boolean tensor : new boolean[] {false, true}) {
            for (ConvolutionShape s : List.of(shape(SAME.stride(2), 1, 8, 5, 7, 516, 3, 3),
                    shape(SAME.groups(2), 2, 16, 4, 5, 264, 3, 3))) {
                float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
                float[] g = PlainConvolution.random(3, PlainConvolution.resultSize(s));
                ConvolutionPlan apart = forced(s, true, tensor, true);
                assertTrue(apart.reason().contains(" segments apart"), apart.reason());
                float[] dx = run(apart, s, true, Form.NHWC, g, w);
                double error = PlainConvolution.error(PlainConvolution.inputGradient(s, g, w), dx);
                assertTrue(error <= (tensor ? TF32_ERROR : EXACT_ERROR), apart.reason() + ": " + error);
                assertArrayEquals(dx, run(forced(s, true, tensor, false), s, true, Form.NHWC, g, w));
            }
        }
    }

    /** Segments apart may write over their residual; those in turn need the target's memory for their sums. */
    @Test
    void epilogueAfterTheLastSegment() {
        for (int outChannels : new int[] {8, 7}) {
            ConvolutionShape s = shape(SAME, 1, 128, 4, 5, outChannels, 3, 3);
            int size = PlainConvolution.resultSize(s);
            float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
            float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
            float[] scale = PlainConvolution.random(4, outChannels);
            float[] shift = PlainConvolution.random(5, outChannels);
            float[] residual = PlainConvolution.random(6, size);
            float[] mask = PlainConvolution.random(7, size);
            for (boolean apart : new boolean[] {false, true}) {
                ConvolutionPlan plan = forced(s, false, true, apart);
                assertEquals(apart, plan.overwritesResidual());
                try (KernelRun run = new KernelRun()) {
                    Region source = run.floats(PlainConvolution.channelsLast(x, 1, 128));
                    Region packed = run.room(DType.F32, plan.packing().elements());
                    Region plain = run.room(DType.F32, size);
                    Region added = run.floats(residual);
                    Region target = apart ? added : run.room(DType.F32, size);
                    Epilogue epilogue = new Epilogue(Optional.of(run.floats(scale)), Optional.of(run.floats(shift)),
                            Optional.of(added), true, Optional.of(run.floats(mask)));
                    run.run(List.of(plan.packing().launch(run.floats(w), packed)));
                    run.run(plan.launches(source, packed, Epilogue.none(), plain, n -> run.room(DType.F32, n)));
                    run.run(plan.launches(source, packed, epilogue, target, n -> run.room(DType.F32, n)));
                    float[] expected = run.floats(plain);
                    for (int i = 0; i < size; i++) {
                        float v = Math.fma(expected[i], scale[i % outChannels], shift[i % outChannels]) + residual[i];
                        expected[i] = mask[i] > 0 ? Math.max(v, 0f) : 0;
                    }
                    assertArrayEquals(expected, run.floats(target), plan.reason());
                }
            }
        }
    }

    /** The layers of a ResNet-34 with dilation on 288 x 384 pixels. */
    @Test
    void choosesBySizes() {
        choose(1, 64, 72, 96, 1, "64x64");
        choose(1, 128, 36, 48, 4, "64x64, 4 segments apart");
        choose(1, 256, 36, 48, 3, "64x64, 3 segments apart");
        choose(1, 512, 36, 48, 2, "128x64, 2 segments apart");
        choose(32, 128, 36, 48, 4, "128x128, 4 segments in turn");
        choose(32, 512, 36, 48, 2, "128x128, 2 segments in turn");
    }

    private static void choose(int images, int channels, int height, int width, int segments, String expected) {
        ConvolutionShape s = shape(SAME, images, channels, height, width, channels, 3, 3);
        ImageWalk walk = new ImageWalk(s, false, Form.NHWC);
        assertEquals(segments, Math.ceilDiv(walk.terms(), TileTable.segment(walk)));
        String reason = Convolutions.forward(s, Form.NHWC, Precision.FAST).reason();
        assertEquals("implicit product on tensor cores, tf32, tiles of " + expected, reason);
        assertEquals(segments, Math.ceilDiv(channels, TileTable.segment(new ImageWalk(s, true, Form.NHWC))));
    }

    @Test
    void anyNumberOfChannelsInFp32() {
        check(shape(SAME.stride(2), 2, 3, 9, 10, 5, 3, 3), Precision.EXACT, Form.PLAIN, "128x32");
        check(shape(new Geometry(2, 2, 3, 3, 3, 3, 1, 1, 1), 1, 3, 15, 17, 36, 7, 7), Precision.EXACT, Form.PLAIN,
                "64x64");
        check(shape(SAME, 1, 7, 6, 5, 13, 3, 3), Precision.EXACT, Form.NHWC, "128x32");
        check(shape(SAME, 1, 1, 6, 5, 1, 3, 3), Precision.EXACT, Form.NHWC, "128x32");
    }

    @Test
    void stridesDilationsPaddingsAndGroups() {
        for (Precision precision : Precision.values()) {
            Form form = Form.NHWC;
            check(shape(SAME.stride(2), 2, 8, 9, 12, 12, 3, 3), precision, form, "product");
            check(shape(Geometry.UNIT.stride(2), 1, 8, 8, 7, 12, 1, 1), precision, form, "product");
            check(shape(Geometry.UNIT.padding(3).dilation(3), 2, 4, 7, 8, 8, 3, 3), precision, form, "product");
            // Taps that lie outside everywhere.
            check(shape(Geometry.UNIT.padding(12).dilation(12), 1, 4, 6, 14, 8, 3, 3), precision, form, "product");
            check(shape(new Geometry(3, 2, 1, 0, 2, 3, 2, 1, 1), 1, 4, 13, 10, 8, 3, 2), precision, form, "product");
            // A stride and a dilation with a common factor: phases without taps.
            check(shape(new Geometry(4, 2, 2, 3, 2, 3, 2, 4, 1), 1, 4, 11, 12, 4, 3, 3), precision, form, "product");
            check(shape(SAME.groups(2), 1, 16, 6, 5, 24, 3, 3), precision, form, "product");
            check(shape(SAME.groups(3), 2, 9, 4, 5, 6, 3, 3), precision, form, "product");
        }
    }

    @Test
    void rowOfABatchEqualsRowAlone() {
        for (Precision precision : Precision.values()) {
            rows(shape(SAME.padding(2).dilation(2), 3, 8, 7, 9, 36, 3, 3), precision);
            // Blocks of rows with taps of their own.
            rows(shape(SAME.padding(6).dilation(6), 3, 48, 14, 9, 36, 3, 3), precision);
            // In segments.
            rows(shape(SAME, 3, 128, 3, 5, 8, 3, 3), precision);
        }
    }

    private static void rows(ConvolutionShape three, Precision precision) {
        ConvolutionShape one = shape(three.geometry(), 1, three.channels(), three.height(), three.width(),
                three.outChannels(), three.kernelH(), three.kernelW());
        float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(three));
        float[] g = PlainConvolution.random(3, PlainConvolution.resultSize(three));
        float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(three));
        float[] y = run(Convolutions.forward(three, Form.NHWC, precision), three, false, Form.NHWC, x, w);
        float[] dx = run(Convolutions.inputGradient(three, Form.NHWC, precision), three, true, Form.NHWC, g, w);
        int image = x.length / 3;
        int result = g.length / 3;
        for (int n = 0; n < 3; n++) {
            assertArrayEquals(run(Convolutions.forward(one, Form.NHWC, precision), one, false, Form.NHWC,
                    Arrays.copyOfRange(x, n * image, (n + 1) * image), w),
                    Arrays.copyOfRange(y, n * result, (n + 1) * result));
            assertArrayEquals(run(Convolutions.inputGradient(one, Form.NHWC, precision), one, true, Form.NHWC,
                    Arrays.copyOfRange(g, n * result, (n + 1) * result), w),
                    Arrays.copyOfRange(dx, n * image, (n + 1) * image));
        }
    }

    @Test
    void epilogueInItsOrder() {
        for (int channels : new int[] {8, 7}) {
            ConvolutionShape s = shape(SAME, 2, 4, 5, 6, channels, 3, 3);
            int size = PlainConvolution.resultSize(s);
            float[] x = PlainConvolution.random(1, PlainConvolution.imageSize(s));
            float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
            float[] scale = PlainConvolution.random(4, channels);
            float[] shift = PlainConvolution.random(5, channels);
            float[] residual = PlainConvolution.random(6, size);
            float[] mask = PlainConvolution.random(7, size);
            for (int steps : new int[] {0, 1, 2, 3, 4, 8, 16, 11, 12, 20, 24, 31}) {
                for (Precision precision : Precision.values()) {
                    epilogue(s, precision, steps, x, w, scale, shift, residual, mask);
                }
            }
        }
    }

    private static void epilogue(ConvolutionShape s, Precision precision, int steps, float[] x, float[] w,
            float[] scale, float[] shift, float[] residual, float[] mask) {
        ConvolutionPlan plan = Convolutions.forward(s, Form.NHWC, precision);
        try (KernelRun run = new KernelRun()) {
            Region source = run.floats(PlainConvolution.channelsLast(x, s.images(), s.channels()));
            Region packed = run.room(DType.F32, plan.packing().elements());
            Region plain = run.room(DType.F32, residual.length);
            Region target = run.floats(residual);
            Epilogue epilogue = new Epilogue(
                    (steps & 1) == 0 ? Optional.empty() : Optional.of(run.floats(scale)),
                    (steps & 2) == 0 ? Optional.empty() : Optional.of(run.floats(shift)),
                    // The target's own memory.
                    (steps & 4) == 0 ? Optional.empty() : Optional.of(target), (steps & 8) != 0,
                    (steps & 16) == 0 ? Optional.empty() : Optional.of(run.floats(mask)));
            run.run(List.of(plan.packing().launch(run.floats(w), packed)));
            run.run(plan.launches(source, packed, Epilogue.none(), plain, elements -> run.room(DType.F32, elements)));
            run.run(plan.launches(source, packed, epilogue, target, elements -> run.room(DType.F32, elements)));
            float[] expected = run.floats(plain);
            for (int i = 0; i < expected.length; i++) {
                int c = i % s.outChannels();
                float v = expected[i];
                v = (steps & 3) == 3 ? Math.fma(v, scale[c], shift[c])
                        : (steps & 1) != 0 ? v * scale[c] : (steps & 2) != 0 ? v + shift[c] : v;
                v = (steps & 4) != 0 ? v + residual[i] : v;
                v = (steps & 8) != 0 ? Math.max(v, 0f) : v;
                expected[i] = (steps & 16) != 0 && !(mask[i] > 0) ? 0 : v;
            }
            assertArrayEquals(expected, run.floats(target), "steps " + steps + ", " + plan.reason());
        }
    }

    /** A gradient's phases that no tap meets have an epilogue like the others. */
    @Test
    void epilogueOfAStridedGradient() {
        for (Precision precision : Precision.values()) {
            ConvolutionShape s = shape(Geometry.UNIT.stride(2), 2, 8, 7, 6, 12, 1, 1);
            ConvolutionPlan plan = Convolutions.inputGradient(s, Form.NHWC, precision);
            int size = PlainConvolution.imageSize(s);
            float[] w = PlainConvolution.random(2, PlainConvolution.weightSize(s));
            float[] g = PlainConvolution.random(3, PlainConvolution.resultSize(s));
            float[] residual = PlainConvolution.random(4, size);
            float[] mask = PlainConvolution.random(5, size);
            try (KernelRun run = new KernelRun()) {
                Region packed = run.room(DType.F32, plan.packing().elements());
                Region plain = run.room(DType.F32, size);
                Region target = run.room(DType.F32, size);
                Region source = run.floats(PlainConvolution.channelsLast(g, s.images(), s.outChannels()));
                Epilogue epilogue = new Epilogue(Optional.empty(), Optional.empty(),
                        Optional.of(run.floats(residual)), false, Optional.of(run.floats(mask)));
                run.run(List.of(plan.packing().launch(run.floats(w), packed)));
                run.run(plan.launches(source, packed, Epilogue.none(), plain, n -> run.room(DType.F32, n)));
                run.run(plan.launches(source, packed, epilogue, target, n -> run.room(DType.F32, n)));
                float[] expected = run.floats(plain);
                for (int i = 0; i < size; i++) {
                    expected[i] = mask[i] > 0 ? expected[i] + residual[i] : 0f;
                }
                assertArrayEquals(expected, run.floats(target));
            }
        }
    }

    @Test
    void saysWhyNotOnTensorCores() {
        String reason = Convolutions.forward(shape(SAME, 1, 6, 5, 5, 8, 3, 3), Form.NHWC, Precision.FAST).reason();
        assertEquals("implicit product in fp32, tiles of 128x32; tensor cores want a multiple of 4 channels in a group,"
                + " not 6", reason);
    }

    @Test
    void refusesWhatItCannotCount() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> shape(SAME, 64, 64, 1024, 1024, 8, 3, 3)).getMessage();
        assertEquals("the image of a convolution has 4294967296 elements, but the kernels count up to 2130706431; use a"
                + " smaller batch", message);
    }
}
