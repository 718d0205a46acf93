// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConvKernelsTest {

    /** The kernels' stated error: relative to the root of the number of summands. */
    private static final double TOLERANCE = 1e-5;
    private static final Workers ONE = new Workers(1);
    private static final Workers TWO = new Workers(2);
    private static final Workers THREE = new Workers(3);
    private static final GemmKernel WIDE = new GemmWideKernel();
    private static final GemmKernel NARROW = new GemmNarrowKernel();
    private static final GemmKernel PLAIN = new GemmPlainKernel();

    @AfterAll
    static void close() {
        TWO.close();
        THREE.close();
    }

    private static float[] forward(GemmKernel gemm, ConvReference c, Workers workers, float[] x, int xo, float[] w,
            GemmEpilogue epilogue) {
        Conv2dKernel kernel = new Conv2dKernel(gemm, c.geometry(), c.image(), c.weight(), epilogue);
        float[] packed = ConvReference.rubbish(kernel.packedSize() + 5);
        kernel.pack(w, 0, packed, 5);
        float[] y = ConvReference.rubbish(c.result().size());
        int scratch = kernel.scratch(workers.threads());
        float[] working = ConvReference.rubbish(scratch + 3);
        kernel.run(workers, x, xo, packed, 5, y, 0, working, 3);
        return y;
    }

    private static float[] inputGradient(GemmKernel gemm, ConvReference c, Workers workers, float[] g, int go,
            float[] w, GemmEpilogue epilogue) {
        Conv2dInputGradientKernel kernel = new Conv2dInputGradientKernel(gemm, c.geometry(), c.image(), c.weight(),
                epilogue);
        float[] packed = ConvReference.rubbish(kernel.packedSize());
        kernel.pack(w, 0, packed, 0);
        float[] dx = ConvReference.rubbish(c.image().size());
        kernel.run(workers, g, go, packed, 0, dx, 0, ConvReference.rubbish(kernel.scratch(workers.threads())), 0);
        return dx;
    }

    private static float[] weightGradient(GemmKernel gemm, ConvReference c, Workers workers, float[] x, float[] g) {
        Conv2dWeightGradientKernel kernel = new Conv2dWeightGradientKernel(gemm, c.geometry(), c.image(), c.weight());
        float[] dw = ConvReference.rubbish(c.weight().size());
        kernel.run(workers, x, 0, g, 0, dw, 0, ConvReference.rubbish(kernel.scratch(workers.threads())), 0);
        return dw;
    }

    private static GemmEpilogue none() {
        return GemmEpilogue.none();
    }

    private static void close(String what, ConvReference c, double[] expected, float[] actual, double summands) {
        double error = ConvReference.error(expected, actual, 0, summands);
        assertTrue(error <= TOLERANCE, what + " of " + c + ": error " + error);
    }

    /** All three kernels on a convolution: right, and the same bits for every width and number of threads. */
    private static void check(ConvReference c, Random random) {
        float[] x = ConvReference.random(random, c.image().size());
        float[] w = ConvReference.random(random, c.weight().size());
        float[] g = ConvReference.random(random, c.result().size());
        double taps = c.kernelH() * c.kernelW() / (double) c.geometry().groups();

        float[] y = forward(WIDE, c, TWO, x, 0, w, none());
        close("result", c, c.forward(x, w), y, c.in() * taps);
        assertArrayEquals(y, forward(PLAIN, c, ONE, x, 0, w, none()), () -> "plain result of " + c);
        assertArrayEquals(y, forward(NARROW, c, THREE, x, 0, w, none()), () -> "narrow result of " + c);

        float[] dx = inputGradient(WIDE, c, TWO, g, 0, w, none());
        close("input gradient", c, c.inputGradient(g, w), dx, c.out() * taps);
        assertArrayEquals(dx, inputGradient(PLAIN, c, ONE, g, 0, w, none()), () -> "plain input gradient of " + c);
        assertArrayEquals(dx, inputGradient(NARROW, c, THREE, g, 0, w, none()), () -> "narrow input gradient of " + c);

        float[] dw = weightGradient(WIDE, c, TWO, x, g);
        close("weight gradient", c, c.weightGradient(x, g), dw, c.n() * c.outHeight() * c.outWidth());
        assertArrayEquals(dw, weightGradient(WIDE, c, ONE, x, g), () -> "weight gradient, one thread, of " + c);
        assertArrayEquals(dw, weightGradient(NARROW, c, THREE, x, g), () -> "narrow weight gradient of " + c);
        assertArrayEquals(dw, weightGradient(PLAIN, c, ONE, x, g), () -> "plain weight gradient of " + c);
    }

    @Test
    void everyStridePaddingDilationAndKernelOnOddSizes() {
        Random random = new Random(1);
        int[] kernels = {1, 2, 3, 5, 7};
        int checked = 0;
        for (int kernel : kernels) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int dilation = 1; dilation <= 3; dilation++) {
                    for (int padding = 0; padding < 4; padding++) {
                        int reach = dilation * (kernel - 1);
                        int top = new int[] {0, reach / 2, reach, 1}[padding];
                        int bottom = new int[] {0, reach / 2, 0, 2}[padding];
                        Geometry g = new Geometry(stride, 1 + (stride + padding) % 3, top, bottom, bottom, top,
                                dilation, 1 + (dilation + padding) % 3, 1);
                        ConvReference c = new ConvReference(g, 1 + random.nextInt(2), 1 + random.nextInt(4),
                                7 + random.nextInt(9), 7 + random.nextInt(13), 1 + random.nextInt(14), kernel,
                                kernels[random.nextInt(3)]);
                        if (c.outHeight() > 0 && c.outWidth() > 0) {
                            check(c, random);
                            checked++;
                        }
                    }
                }
            }
        }
        assertTrue(checked > 120, checked + " convolutions checked");
    }

    @Test
    void groupsChannelBlocksAndRowBlocks() {
        Random random = new Random(2);
        List<ConvReference> cases = new ArrayList<>();
        Geometry same = Geometry.UNIT.padding(1);
        cases.add(new ConvReference(same.groups(2), 2, 6, 9, 11, 10, 3, 3));
        cases.add(new ConvReference(same.groups(5), 2, 5, 9, 20, 5, 3, 3)); // depthwise
        cases.add(new ConvReference(same.groups(3).stride(2), 2, 3, 12, 17, 6, 3, 3));
        cases.add(new ConvReference(same, 1, 67, 5, 7, 3, 3, 3)); // three channel blocks, the last one smaller
        cases.add(new ConvReference(same, 1, 3, 5, 7, 101, 3, 3)); // two row blocks
        cases.add(new ConvReference(Geometry.UNIT, 3, 19, 9, 13, 33, 1, 1));
        cases.add(new ConvReference(Geometry.UNIT, 1, 3, 30, 40, 5, 1, 1)); // several blocks of one long row
        cases.add(new ConvReference(Geometry.UNIT.stride(2), 2, 5, 9, 13, 7, 1, 1)); // phases that no tap reaches
        cases.add(new ConvReference(Geometry.UNIT.padding(2), 1, 3, 4, 5, 4, 1, 1)); // a frame of zeros
        cases.add(new ConvReference(same, 1, 2, 2, 1100, 2, 3, 3)); // blocks beside each other
        cases.add(new ConvReference(same.stride(2), 1, 2, 3, 1100, 2, 3, 3));
        cases.add(new ConvReference(Geometry.UNIT.padding(20).dilation(2), 1, 2, 9, 9, 2, 19, 17)); // long chains
        cases.add(new ConvReference(Geometry.UNIT.dilation(4).padding(4), 1, 4, 3, 3, 4, 3, 3)); // taps in padding only
        cases.add(new ConvReference(Geometry.UNIT.stride(5), 1, 3, 17, 19, 4, 2, 2)); // pixels that are skipped
        cases.add(new ConvReference(Geometry.UNIT, 2, 3, 4, 5, 6, 4, 5)); // one result for each image
        cases.add(new ConvReference(same, 2, 16, 12, 16, 16, 3, 3));
        cases.add(new ConvReference(same, 1, 2, 30, 24, 100, 3, 3));
        for (ConvReference c : cases) {
            check(c, random);
        }
    }

    @Test
    void anImageInABatchEqualsThatImageAlone() {
        Random random = new Random(3);
        for (Geometry geometry : List.of(Geometry.UNIT.padding(1), Geometry.UNIT.stride(2).padding(1), Geometry.UNIT)) {
            ConvReference batch = new ConvReference(geometry, 3, 40, 11, 13, 20, 3, 3);
            ConvReference alone = new ConvReference(geometry, 1, 40, 11, 13, 20, 3, 3);
            float[] x = ConvReference.random(random, batch.image().size());
            float[] g = ConvReference.random(random, batch.result().size());
            float[] w = ConvReference.random(random, batch.weight().size());
            float[] y = forward(WIDE, batch, THREE, x, 0, w, none());
            float[] dx = inputGradient(WIDE, batch, THREE, g, 0, w, none());
            int in = alone.image().size();
            int out = alone.result().size();
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(Arrays.copyOfRange(y, i * out, (i + 1) * out),
                        forward(WIDE, alone, ONE, x, i * in, w, none()));
                assertArrayEquals(Arrays.copyOfRange(dx, i * in, (i + 1) * in),
                        inputGradient(WIDE, alone, ONE, g, i * out, w, none()));
            }
        }
    }

    @Test
    void epiloguesFollowTheirDefinition() {
        Random random = new Random(4);
        for (Geometry geometry : List.of(Geometry.UNIT.padding(1), Geometry.UNIT.stride(2).padding(1))) {
            ConvReference c = new ConvReference(geometry, 2, 5, 9, 19, 7, 3, 3);
            float[] x = ConvReference.random(random, c.image().size());
            float[] g = ConvReference.random(random, c.result().size());
            float[] w = ConvReference.random(random, c.weight().size());
            float[] scale = ConvReference.random(random, 9);
            float[] shift = ConvReference.random(random, 9);
            x[3] = Float.NaN;
            float[] y = forward(WIDE, c, ONE, x, 0, w, none());
            float[] dx = inputGradient(WIDE, c, ONE, g, 0, w, none());
            float[] residual = ConvReference.random(random, Math.max(y.length, dx.length) + 1);
            for (int flags = 0; flags < 16; flags++) {
                GemmEpilogue e = new GemmEpilogue((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                        (flags & 8) != 0);
                e.scale(scale, 1);
                e.shift(shift, 2);
                e.residual(residual, 1);
                for (GemmKernel gemm : List.of(WIDE, NARROW, PLAIN)) {
                    assertArrayEquals(expected(flags, y, c.out(), scale, shift, residual),
                            forward(gemm, c, TWO, x, 0, w, e));
                    assertArrayEquals(expected(flags, dx, c.in(), scale, shift, residual),
                            inputGradient(gemm, c, TWO, g, 0, w, e));
                }
            }
        }
    }

    private static float[] expected(int flags, float[] values, int channels, float[] scale, float[] shift,
            float[] residual) {
        float[] result = values.clone();
        int plane = values.length / 2 / channels;
        for (int i = 0; i < result.length; i++) {
            int channel = i / plane % channels;
            float v = values[i];
            v = switch (flags & 3) {
                case 1 -> v * scale[1 + channel];
                case 2 -> v + shift[2 + channel];
                case 3 -> Math.fma(v, scale[1 + channel], shift[2 + channel]);
                default -> v;
            };
            v = (flags & 4) != 0 ? v + residual[1 + i] : v;
            result[i] = (flags & 8) != 0 ? Math.max(v, 0f) : v;
        }
        return result;
    }

    @Test
    void theResidualMayBeTheResult() {
        Random random = new Random(5);
        ConvReference c = new ConvReference(Geometry.UNIT.padding(1), 2, 4, 9, 19, 7, 3, 3);
        float[] x = ConvReference.random(random, c.image().size());
        float[] w = ConvReference.random(random, c.weight().size());
        float[] residual = ConvReference.random(random, c.result().size());
        GemmEpilogue apart = new GemmEpilogue(false, true, true, true);
        apart.shift(w, 0);
        apart.residual(residual, 0);
        float[] expected = forward(WIDE, c, ONE, x, 0, w, apart);
        Conv2dKernel kernel = new Conv2dKernel(WIDE, c.geometry(), c.image(), c.weight(), apart);
        float[] packed = new float[kernel.packedSize()];
        kernel.pack(w, 0, packed, 0);
        kernel.run(TWO, x, 0, packed, 0, residual, 0, new float[kernel.scratch(2)], 0);
        assertArrayEquals(expected, residual);
    }

    @Test
    void thePackedWeightSuitsEveryImageSize() {
        Random random = new Random(6);
        Geometry geometry = Geometry.UNIT.stride(2).padding(1);
        Shape weight = Shape.of(13, 5, 3, 3);
        float[] w = ConvReference.random(random, weight.size());
        List<float[]> packs = new ArrayList<>();
        for (Shape image : List.of(Shape.of(1, 5, 6, 7), Shape.of(4, 5, 40, 64))) {
            Conv2dKernel forward = new Conv2dKernel(WIDE, geometry, image, weight, none());
            Conv2dInputGradientKernel backward = new Conv2dInputGradientKernel(WIDE, geometry, image, weight, none());
            float[] packed = new float[forward.packedSize() + backward.packedSize()];
            forward.pack(w, 0, packed, 0);
            backward.pack(w, 0, packed, forward.packedSize());
            packs.add(packed);
        }
        assertArrayEquals(packs.get(0), packs.get(1));
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Conv2dKernel(PLAIN, Geometry.UNIT,
                Shape.of(1, 3, 5, 5), Shape.of(4, 2, 3, 3), none())).getMessage();
        assertTrue(message.contains("[1x3x5x5]") && message.contains("[4x2x3x3]"), message);
        assertThrows(IllegalArgumentException.class, () -> new Conv2dWeightGradientKernel(PLAIN, Geometry.UNIT,
                Shape.of(1, 2, 2, 2), Shape.of(4, 2, 3, 3)));
        assertEquals(GemmPlainKernel.class, GemmKernel.of(Simd.OFF).getClass());
    }
}
