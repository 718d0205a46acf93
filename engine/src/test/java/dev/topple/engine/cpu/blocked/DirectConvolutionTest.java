// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DirectConvolutionTest {

    private static final Geometry UNIT = Geometry.UNIT;
    private static final Workers ONE = new Workers(1);
    private static final Workers THREE = new Workers(3);

    /** Sizes of a forward convolution. */
    private record Sizes(Geometry geometry, int images, int in, int height, int width, int out, int kernelH,
            int kernelW) {

        ConvolutionTask task(boolean backward, Form source, Form target) {
            return backward
                    ? ConvolutionTask.inputGradient(geometry, images, in, height, width, out, kernelH, kernelW, source,
                            target)
                    : ConvolutionTask.forward(geometry, images, in, height, width, out, kernelH, kernelW, source,
                            target);
        }
    }

    private static void check(Geometry geometry, int images, int in, int height, int width, int out, int kernelH,
            int kernelW) {
        check(new Sizes(geometry, images, in, height, width, out, kernelH, kernelW));
    }

    /** Both directions, all forms: right by float64, and the same bits whatever the form. */
    private static void check(Sizes sizes) {
        for (boolean backward : new boolean[] {false, true}) {
            ConvolutionTask task = sizes.task(backward, Form.PLAIN, Form.PLAIN);
            Random random = new Random(sizes.hashCode());
            float[] x = random(random, task.sourceSize());
            float[] w = random(random, task.weightSize());
            double[] expected = ReferenceConvolution.of(task, x, w);
            float[] first = new float[0];
            for (Form source : Form.values()) {
                for (Form target : Form.values()) {
                    float[] y = run(Simd.chosen(), ONE, sizes.task(backward, source, target), x, w);
                    String what = sizes + (backward ? " backward " : " forward ") + source + " to " + target;
                    assertTrue(ReferenceConvolution.error(expected, y) < 1e-6, what + ": error "
                            + ReferenceConvolution.error(expected, y));
                    if (first.length == 0) {
                        first = y;
                    }
                    assertArrayEquals(first, y, what + " gives other bits than from plain to plain");
                }
            }
        }
    }

    private static float[] random(Random random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Runs a task on plain arrays, whatever its forms; unused lanes and working memory hold NaN. */
    private static float[] run(Simd simd, Workers workers, ConvolutionTask task, float[] x, float[] w) {
        ConvolutionPlan plan = new DirectConvolution(TileKernel.of(simd), task, Epilogue.none());
        float[] source = task.source() == Form.PLAIN ? x
                : ReferenceConvolution.toBlocked(x, task.images(), task.sourceChannels(),
                        task.sourceHeight() * task.sourceWidth());
        float[] packed = nans(plan.packedSize() + 3);
        plan.pack(workers, w, 0, packed, 3);
        float[] scratch = nans(plan.scratch(workers.threads()) + 5);
        float[] y = nans(task.targetSize() + 7);
        plan.run(workers, source, 0, packed, 3, y, 7, scratch, 5);
        float[] target = Arrays.copyOfRange(y, 7, y.length);
        return task.target() == Form.PLAIN ? target
                : ReferenceConvolution.toPlain(target, task.images(), task.targetChannels(),
                        task.targetHeight() * task.targetWidth());
    }

    private static float[] nans(int size) {
        float[] x = new float[size];
        Arrays.fill(x, Float.NaN);
        return x;
    }

    @Test
    void channelsOfEveryRemainder() {
        int[] channels = {1, 3, 13, 16, 17, 40};
        for (int in : channels) {
            for (int out : channels) {
                check(UNIT.padding(1), 1, in, 5, 7, out, 3, 3);
            }
        }
    }

    @Test
    void manyChannels() {
        check(UNIT.padding(1), 1, 100, 4, 5, 90, 3, 3);
        check(UNIT, 1, 400, 3, 19, 70, 1, 1);
    }

    @Test
    void theErrorDoesNotGrowWithTheChannels() {
        for (int in : new int[] {64, 320}) {
            ConvolutionTask task = new Sizes(UNIT.padding(1), 1, in, 5, 6, 24, 3, 3).task(false, Form.BLOCKED,
                    Form.BLOCKED);
            Random random = new Random(3);
            float[] x = random(random, task.sourceSize());
            float[] w = random(random, task.weightSize());
            double error = ReferenceConvolution.error(ReferenceConvolution.of(task, x, w),
                    run(Simd.chosen(), ONE, task, x, w));
            assertTrue(error < 4e-7, in + " channels: error " + error);
        }
    }

    @Test
    void everyWidthOfARow() {
        for (int width = 1; width <= 31; width++) {
            check(UNIT.padding(1), 1, 5, 3, width, 18, 3, 3);
            check(UNIT, 1, 20, 3, width, 18, 1, 1);
        }
    }

    @Test
    void manyRows() {
        check(UNIT.padding(1), 1, 17, 61, 5, 33, 3, 3);
        check(UNIT.padding(1).stride(2), 1, 17, 61, 5, 33, 3, 3);
        check(UNIT, 2, 17, 61, 13, 33, 1, 1);
    }

    @Test
    void strides() {
        for (int stride = 2; stride <= 3; stride++) {
            for (int size = 5; size <= 9; size++) {
                check(UNIT.padding(1).stride(stride), 1, 17, size, size + 3, 5, 3, 3);
                check(UNIT.stride(stride), 1, 17, size, size + 3, 20, 1, 1);
                check(UNIT.padding(3).stride(stride), 1, 3, size, size + 3, 20, 7, 7);
                check(UNIT.padding(2).stride(stride).dilation(2), 1, 3, size, size + 3, 20, 3, 3);
            }
        }
        check(new Geometry(3, 1, 1, 0, 0, 2, 1, 2, 1), 1, 17, 11, 9, 5, 2, 3);
        check(new Geometry(1, 2, 0, 3, 2, 0, 2, 1, 1), 1, 17, 11, 9, 5, 2, 5);
        check(UNIT.stride(4), 1, 4, 9, 10, 5, 2, 2);
        for (int in = 1; in <= 4; in++) {
            check(UNIT.padding(3).stride(2), 2, in, 9, 12, 20, 7, 7);
            check(new Geometry(2, 1, 1, 0, 0, 2, 2, 2, 1), 2, in, 11, 9, 18, 3, 4);
        }
    }

    @Test
    void asymmetricPadding() {
        check(new Geometry(1, 1, 0, 1, 2, 3, 1, 1, 1), 1, 5, 6, 7, 18, 3, 2);
        check(new Geometry(1, 1, 5, 4, 3, 2, 1, 1, 1), 1, 5, 2, 3, 18, 3, 3);
        check(new Geometry(1, 1, 2, 0, 0, 0, 1, 1, 1), 1, 16, 4, 5, 16, 1, 1);
    }

    @Test
    void dilationsWithinAndBeyondTheMap() {
        for (int dilation : new int[] {2, 4, 6, 12, 24, 36}) {
            check(UNIT.padding(dilation).dilation(dilation), 1, 18, 7, 26, 17, 3, 3);
        }
        check(UNIT.padding(6).dilation(6), 1, 18, 33, 26, 17, 3, 3);
    }

    @Test
    void groups() {
        check(UNIT.padding(1).groups(2), 1, 64, 5, 13, 64, 3, 3);
        check(UNIT.padding(1).groups(2), 1, 26, 5, 13, 34, 3, 3);
        check(UNIT.padding(1).groups(3), 1, 39, 5, 13, 51, 3, 3);
        check(UNIT.groups(3), 1, 39, 5, 13, 51, 1, 1);
        check(UNIT.padding(1).groups(4).stride(2), 1, 16, 5, 13, 16, 3, 3);
        check(UNIT.padding(1).groups(20), 1, 20, 5, 13, 20, 3, 3);
        check(UNIT.padding(1).groups(17).stride(2), 1, 17, 5, 13, 34, 3, 3);
    }

    @Test
    void batches() {
        check(UNIT.padding(1), 3, 17, 5, 7, 20, 3, 3);
        check(UNIT.padding(1).stride(2).groups(2), 3, 34, 5, 7, 20, 3, 3);
        check(UNIT, 3, 17, 5, 7, 20, 1, 1);
    }

    @Test
    void theBitsDependOnNeitherTheWidthOfTheRegistersNorTheThreads() {
        for (Sizes sizes : new Sizes[] {new Sizes(UNIT.padding(1), 2, 35, 9, 23, 50, 3, 3),
            new Sizes(UNIT.padding(3).stride(2), 2, 3, 17, 23, 20, 7, 7),
            new Sizes(UNIT, 2, 180, 5, 23, 50, 1, 1),
            new Sizes(UNIT.padding(1).groups(2), 2, 26, 9, 11, 34, 3, 3)}) {
            for (boolean backward : new boolean[] {false, true}) {
                ConvolutionTask task = sizes.task(backward, Form.BLOCKED, Form.BLOCKED);
                Random random = new Random(7);
                float[] x = random(random, sizes.task(backward, Form.PLAIN, Form.PLAIN).sourceSize());
                float[] w = random(random, task.weightSize());
                float[] expected = run(Simd.OFF, ONE, task, x, w);
                for (Simd simd : Simd.values()) {
                    assertArrayEquals(expected, run(simd, ONE, task, x, w), sizes + " at " + simd);
                }
                assertArrayEquals(expected, run(Simd.chosen(), THREE, task, x, w), sizes + " by three threads");
            }
        }
    }

    @Test
    void anImageAloneEqualsItselfInABatch() {
        for (Geometry geometry : new Geometry[] {UNIT.padding(1), UNIT.padding(1).stride(2)}) {
            for (boolean backward : new boolean[] {false, true}) {
                ConvolutionTask batch = new Sizes(geometry, 3, 20, 7, 14, 35, 3, 3).task(backward, Form.BLOCKED,
                        Form.BLOCKED);
                ConvolutionTask alone = new Sizes(geometry, 1, 20, 7, 14, 35, 3, 3).task(backward, Form.BLOCKED,
                        Form.BLOCKED);
                Random random = new Random(8);
                int plain = batch.sourceChannels() * batch.sourceHeight() * batch.sourceWidth();
                float[] x = random(random, 3 * plain);
                float[] w = random(random, batch.weightSize());
                float[] all = run(Simd.chosen(), THREE, batch, x, w);
                float[] one = run(Simd.chosen(), ONE, alone, Arrays.copyOfRange(x, plain, 2 * plain), w);
                assertArrayEquals(one, Arrays.copyOfRange(all, one.length, 2 * one.length));
            }
        }
    }

    @Test
    void infiniteWeightsMeetNoPadding() {
        ConvolutionTask task = new Sizes(UNIT.padding(6).dilation(6), 1, 3, 4, 5, 3, 3, 3).task(false, Form.BLOCKED,
                Form.BLOCKED);
        float[] w = new float[task.weightSize()];
        Arrays.fill(w, Float.POSITIVE_INFINITY);
        for (int i = 4; i < w.length; i += 9) {
            w[i] = 1f;
        }
        float[] x = new float[3 * 4 * 5];
        Arrays.fill(x, 2f);
        for (float v : run(Simd.chosen(), ONE, task, x, w)) {
            assertEquals(6f, v);
        }
    }
}
