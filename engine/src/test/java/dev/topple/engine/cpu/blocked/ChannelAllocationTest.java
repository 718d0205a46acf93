// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.ChannelImages.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every kernel over 16 channels ends on the vector path: once the JVM has compiled it, a run allocates nothing. */
@Tag("fresh")
@Tag("slow")
class ChannelAllocationTest {

    /** The Vector API allocates while its callers are interpreted, so the JVM gets this long to compile them. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static void assertNothingAllocated(String what, Runnable runs) {
        long thread = Thread.currentThread().threadId();
        long fewest = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (fewest > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
            long from = THREADS.getThreadAllocatedBytes(thread);
            for (int i = 0; i < 20; i++) {
                runs.run();
            }
            fewest = Math.min(fewest, THREADS.getThreadAllocatedBytes(thread) - from);
        }
        assertEquals(0, fewest, what + ": bytes allocated by 20 runs");
    }

    private static void runAll(List<Runnable> runs) {
        for (int i = 0; i < runs.size(); i++) {
            runs.get(i).run();
        }
    }

    private static Runnable weightGradient(Workers workers, Geometry geometry, int in, int out, int kernel,
            Form form) {
        Shape image = Shape.of(1, in, 13, 14);
        Shape weight = Shape.of(out, in / geometry.groups(), kernel, kernel);
        WeightGradient gradient = WeightGradient.of(Simd.chosen(), geometry, image, weight, form, Form.BLOCKED);
        float[] x = random(form.size(1, in, 13, 14), 1);
        float[] g = random(Blocks.size(1, out, geometry.outHeight(13, kernel), geometry.outWidth(14, kernel)), 2);
        float[] dw = new float[weight.size()];
        float[] scratch = new float[gradient.scratch(1)];
        return () -> gradient.run(workers, x, 0, g, 0, dw, 0, scratch, 0);
    }

    @Test
    void weightGradients() {
        try (Workers workers = new Workers(1)) {
            Geometry padded = Geometry.UNIT.padding(1);
            List<Runnable> runs = List.of(weightGradient(workers, padded, 28, 48, 3, Form.BLOCKED),
                    weightGradient(workers, padded.stride(2), 4, 48, 3, Form.BLOCKED),
                    weightGradient(workers, padded.stride(2), 3, 33, 3, Form.PLAIN),
                    weightGradient(workers, padded.groups(40), 40, 40, 3, Form.BLOCKED),
                    weightGradient(workers, Geometry.UNIT.padding(2).groups(40), 40, 40, 5, Form.PLAIN));
            assertNothingAllocated("weight gradients", () -> runAll(runs));
        }
    }

    private static Runnable depthwise(Workers workers, boolean backward, int stride, int kernel) {
        Geometry geometry = Geometry.UNIT.padding(kernel / 2).stride(stride).groups(40);
        ConvolutionTask task = backward
                ? ConvolutionTask.inputGradient(geometry, 1, 40, 13, 14, 40, kernel, kernel, Form.BLOCKED,
                        Form.BLOCKED)
                : ConvolutionTask.forward(geometry, 1, 40, 13, 14, 40, kernel, kernel, Form.BLOCKED, Form.BLOCKED);
        DepthwiseConvolution plan = new DepthwiseConvolution(Simd.chosen(), task, Epilogue.none());
        float[] packed = random(plan.packedSize(), 1);
        float[] x = random(task.sourceSize(), 2);
        float[] y = new float[task.targetSize()];
        float[] scratch = new float[plan.scratch(1)];
        return () -> plan.run(workers, x, 0, packed, 0, y, 0, scratch, 0);
    }

    @Test
    void depthwiseConvolutions() {
        try (Workers workers = new Workers(1)) {
            List<Runnable> runs = List.of(depthwise(workers, false, 1, 3), depthwise(workers, true, 2, 3),
                    depthwise(workers, false, 2, 5), depthwise(workers, true, 1, 5));
            assertNothingAllocated("depthwise convolutions", () -> runAll(runs));
        }
    }

    private static Runnable epilogue(boolean residual, boolean relu, Bits bits) {
        return epilogue(new Epilogue(true, true, residual, relu, !relu, bits));
    }

    private static Runnable epilogue(Epilogue epilogue) {
        float[] v = random(64 * Blocks.WIDTH, 1);
        float[] y = random(64 * Blocks.WIDTH, 2);
        epilogue.scale(v, 0);
        epilogue.shift(v, 0);
        epilogue.residual(y, 0);
        epilogue.mask(y, 0);
        epilogue.bits(new int[64], 0);
        epilogue.begin(Blocks.WIDTH);
        // Runs as short as those between a dilated transform's gaps, and rows.
        return () -> {
            for (int at = 0; at < 60; at += 6) {
                epilogue.finish(0, v, at * Blocks.WIDTH, 6, y, 0, at * Blocks.WIDTH, 1);
            }
            epilogue.finish(0, v, 0, 63, y, 0, 0, 1);
        };
    }

    @Test
    void epilogues() {
        List<Runnable> runs = new ArrayList<>();
        for (boolean residual : new boolean[] {false, true}) {
            runs.add(epilogue(residual, true, Bits.NONE));
            runs.add(epilogue(residual, true, Bits.WRITTEN));
            runs.add(epilogue(residual, false, Bits.NONE));
            runs.add(epilogue(residual, false, Bits.READ));
            for (Bits bits : List.of(Bits.NONE, Bits.WRITTEN)) {
                runs.add(epilogue(new Epilogue(true, true, residual, true, 6f, false, bits)));
            }
        }
        assertNothingAllocated("epilogues", () -> runAll(runs));
    }

    @Test
    void imageOps() {
        try (Workers workers = new Workers(1)) {
            Shape large = Shape.of(2, 20, 14, 16);
            Shape small = Shape.of(2, 20, 7, 8);
            float[] x = random(Blocks.size(2, 20, 14, 16), 1);
            float[] y = random(Blocks.size(2, 20, 7, 8), 2);
            int[] indices = new int[y.length];
            Pooling.Window window = Pooling.Window.square(3, 2, 1);
            List<Runnable> runs = new ArrayList<>();
            BlockedPooling max = new BlockedPooling(Simd.chosen(), new Pooling.MaxPool2d(window), Optional.empty(),
                    large, small);
            runs.add(() -> max.run(workers, x, 0, indices, 0, y, 0));
            BlockedPooling scatter = new BlockedPooling(Simd.chosen(), new Pooling.Scatter(14, 16),
                    Optional.of(window), small, large);
            scatter.mask(x.clone(), 0);
            runs.add(() -> scatter.run(workers, y, 0, indices, 0, x, 0));
            BlockedPooling opened = new BlockedPooling(Simd.chosen(), new Pooling.Scatter(14, 16),
                    Optional.of(window), small, large);
            opened.bits(new int[x.length / Blocks.WIDTH], 0);
            runs.add(() -> opened.run(workers, y, 0, indices, 0, x, 0));
            BlockedPooling average = new BlockedPooling(Simd.chosen(), new Pooling.AvgPool2d(window, true),
                    Optional.empty(), large, small);
            runs.add(() -> average.run(workers, x, 0, y, 0));
            BlockedPooling spread = new BlockedPooling(Simd.chosen(),
                    new Pooling.AvgPool2dGradient(window, true, 14, 16), Optional.empty(), small, large);
            runs.add(() -> spread.run(workers, y, 0, x, 0));
            BlockedResize resize = new BlockedResize(Simd.chosen(),
                    new Resampling.Resize(Resampling.Method.BILINEAR, 14, 16), small, large);
            runs.add(() -> resize.run(workers, y, 0, x, 0, x, 0));
            BlockedResize gradient = new BlockedResize(Simd.chosen(),
                    new Resampling.ResizeGradient(Resampling.Method.BILINEAR, 7, 8), large, small);
            float[] scratch = new float[gradient.scratch(1)];
            runs.add(() -> gradient.run(workers, x, 0, y, 0, scratch, 0));
            ChannelSums sums = new ChannelSums(Simd.chosen(), large, 1);
            float[] a = new float[40];
            float[] b = new float[20];
            float[] c = new float[20];
            float[] d = new float[20];
            runs.add(() -> sums.overPixels(workers, x, 0, a, 0));
            runs.add(() -> sums.statistics(workers, x, 0, a, 0, b, 0));
            runs.add(() -> sums.gradients(workers, x, 0, x, 0, a, 0, b, 0, 1e-5f, c, 0, d, 0));
            assertNothingAllocated("operations on images", () -> runAll(runs));
        }
    }
}
