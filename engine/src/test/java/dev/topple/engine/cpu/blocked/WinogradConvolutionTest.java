// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

class WinogradConvolutionTest {

    private static final float UNTOUCHED = 1234.5f;

    /** What a run gives: the target's real channels, plain. */
    private static float[] run(ConvolutionTask task, int tile, Simd simd, int threads, int chunk, Epilogue epilogue,
            float[] x, float[] w) {
        WinogradConvolution plan = new WinogradConvolution(TileKernel.of(simd), WinogradTransform.of(simd), tile, task,
                epilogue, chunk);
        float[] packed = new float[plan.packedSize() + 5];
        float[] y = new float[task.targetSize() + 6];
        float[] scratch = new float[plan.scratch(threads) + 7];
        Arrays.fill(y, UNTOUCHED);
        Arrays.fill(scratch, Float.NaN);
        try (Workers workers = new Workers(threads)) {
            plan.pack(workers, w, 0, packed, 5);
            plan.run(workers, x, 0, packed, 5, y, 3, scratch, 7);
        }
        assertEquals(UNTOUCHED, y[2], "written before the target");
        assertEquals(UNTOUCHED, y[y.length - 3], "written after the target");
        return plain(Arrays.copyOfRange(y, 3, y.length - 3), task.images(), task.targetChannels(),
                task.targetHeight() * task.targetWidth());
    }

    private static float[] run(ConvolutionTask task, int tile, float[] x, float[] w) {
        return run(task, tile, Simd.chosen(), 1, 0, Epilogue.none(), x, w);
    }

    private static float[] plain(float[] blocked, int images, int channels, int pixels) {
        float[] y = new float[images * channels * pixels];
        for (int n = 0; n < images; n++) {
            Blocks.toPlain(blocked, n * Blocks.count(channels) * 16 * pixels, channels, pixels, y,
                    n * channels * pixels);
        }
        return y;
    }

    /** Blocks, with NaN in the lanes that hold no channel. */
    private static float[] blocked(float[] plain, int images, int channels, int pixels) {
        int size = Blocks.count(channels) * 16 * pixels;
        float[] y = new float[images * size];
        for (int n = 0; n < images; n++) {
            Blocks.toBlocked(plain, n * channels * pixels, channels, pixels, y, n * size);
            for (int c = channels; c < Blocks.count(channels) * 16; c++) {
                for (int p = 0; p < pixels; p++) {
                    y[n * size + (c / 16 * pixels + p) * 16 + c % 16] = Float.NaN;
                }
            }
        }
        return y;
    }

    private static float[] normal(int size, long seed) {
        Random random = new Random(seed);
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static float[] source(ConvolutionTask task, long seed) {
        int pixels = task.sourceHeight() * task.sourceWidth();
        return normal(task.images() * task.sourceChannels() * pixels, seed);
    }

    private static float[] blockedSource(ConvolutionTask task, long seed) {
        return blocked(source(task, seed), task.images(), task.sourceChannels(),
                task.sourceHeight() * task.sourceWidth());
    }

    /** The definition, in double precision: every product of the forward convolution once. */
    private static double[] reference(ConvolutionTask task, float[] source, float[] w) {
        Geometry g = task.geometry();
        int height = task.targetHeight();
        int width = task.targetWidth();
        double[] y = new double[task.images() * task.targetChannels() * height * width];
        int in = task.inChannels();
        int out = task.outChannels();
        boolean backward = task.backward();
        int resultHeight = backward ? task.sourceHeight() : height;
        int resultWidth = backward ? task.sourceWidth() : width;
        int imageHeight = backward ? height : task.sourceHeight();
        int imageWidth = backward ? width : task.sourceWidth();
        for (int n = 0; n < task.images(); n++) {
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    for (int tap = 0; tap < 9; tap++) {
                        double weight = w[(o * in + i) * 9 + tap];
                        for (int r = 0; r < resultHeight; r++) {
                            int ir = r - g.padTop() + tap / 3 * g.dilationH();
                            for (int c = 0; c < resultWidth && ir >= 0 && ir < imageHeight; c++) {
                                int ic = c - g.padLeft() + tap % 3 * g.dilationW();
                                if (ic >= 0 && ic < imageWidth) {
                                    int image = ((n * in + i) * imageHeight + ir) * imageWidth + ic;
                                    int result = ((n * out + o) * resultHeight + r) * resultWidth + c;
                                    y[backward ? image : result] += weight * source[backward ? result : image];
                                }
                            }
                        }
                    }
                }
            }
        }
        return y;
    }

    private static double relativeL2(float[] y, double[] expected) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < y.length; i++) {
            error += (y[i] - expected[i]) * (y[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return Math.sqrt(error / size);
    }

    private static ConvolutionTask task(boolean backward, Geometry g, int images, int in, int height, int width,
            int out) {
        return backward
                ? ConvolutionTask.inputGradient(g, images, in, height, width, out, 3, 3, Form.BLOCKED, Form.BLOCKED)
                : ConvolutionTask.forward(g, images, in, height, width, out, 3, 3, Form.BLOCKED, Form.BLOCKED);
    }

    @ParameterizedTest
    @CsvSource({
        // images, in, height, width, out, dilation, top, left, bottom, right
        "1, 16, 8, 8, 16, 1, 1, 1, 1, 1", "3, 24, 7, 9, 40, 1, 1, 1, 1, 1", "1, 40, 5, 6, 64, 1, 0, 0, 0, 0",
        "3, 5, 11, 13, 3, 1, 2, 0, 1, 2", "1, 64, 13, 53, 24, 1, 1, 1, 1, 1", "1, 16, 3, 3, 16, 1, 0, 0, 0, 0",
        "3, 16, 9, 11, 33, 2, 2, 2, 2, 2", "1, 24, 13, 10, 16, 2, 1, 0, 3, 2", "1, 17, 5, 7, 24, 2, 0, 1, 0, 0",
        "3, 16, 13, 17, 16, 4, 4, 4, 4, 4", "1, 40, 10, 9, 24, 4, 0, 1, 4, 0", "1, 16, 3, 2, 16, 4, 4, 4, 4, 4",
        "1, 16, 2, 3, 16, 1, 3, 4, 5, 6", "3, 16, 21, 19, 24, 4, 4, 4, 4, 4", "1, 17, 18, 14, 16, 3, 6, 5, 4, 6",
        "2, 16, 12, 11, 16, 5, 5, 5, 5, 5"})
    void agreesWithTheDefinition(int images, int in, int height, int width, int out, int dilation, int top, int left,
            int bottom, int right) {
        Geometry g = new Geometry(1, 1, top, left, bottom, right, dilation, dilation, 1);
        for (boolean backward : new boolean[] {false, true}) {
            ConvolutionTask task = task(backward, g, images, in, height, width, out);
            float[] x = source(task, 1);
            float[] w = normal(task.weightSize(), 2);
            double[] expected = reference(task, x, w);
            float[] blocked = blocked(x, images, task.sourceChannels(), task.sourceHeight() * task.sourceWidth());
            for (int tile = 2; tile <= 4; tile += 2) {
                double error = relativeL2(run(task, tile, blocked, w), expected);
                assertTrue(error < (tile == 2 ? 4e-7 : 1.2e-6), task + ", F" + tile + ": " + error);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "4, 2", "2, 4", "4, 4"})
    void isTheSameToTheBitForAllWidthsThreadsAndChunks(int tile, int dilation) {
        Geometry g = new Geometry(1, 1, dilation, dilation - 1, dilation, dilation, dilation, dilation, 1);
        for (boolean backward : new boolean[] {false, true}) {
            ConvolutionTask task = task(backward, g, 3, 40, 13, 18, 72);
            float[] x = blockedSource(task, 3);
            float[] w = normal(task.weightSize(), 4);
            float[] expected = run(task, tile, Simd.OFF, 1, 1, Epilogue.none(), x, w);
            for (Simd simd : Simd.values()) {
                for (int threads = 1; threads <= 3; threads += 2) {
                    for (int chunk : new int[] {0, 2, 5, -1, -3, -100}) {
                        assertArrayEquals(expected, run(task, tile, simd, threads, chunk, Epilogue.none(), x, w),
                                simd + ", " + threads + " threads, chunk " + chunk);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "4, 1", "4, 4"})
    void anImageOfABatchIsAsAlone(int tile, int dilation) {
        Geometry g = Geometry.UNIT.padding(dilation).dilation(dilation);
        ConvolutionTask batch = task(false, g, 3, 24, 9, 14, 40);
        ConvolutionTask alone = task(false, g, 1, 24, 9, 14, 40);
        float[] x = blockedSource(batch, 5);
        float[] w = normal(batch.weightSize(), 6);
        float[] all = run(batch, tile, x, w);
        int in = x.length / 3;
        int out = all.length / 3;
        for (int n = 0; n < 3; n++) {
            assertArrayEquals(run(alone, tile, Arrays.copyOfRange(x, n * in, (n + 1) * in), w),
                    Arrays.copyOfRange(all, n * out, (n + 1) * out));
        }
    }

    /** Prints a checksum; run by a JVM of its own, for a JVM has one width. */
    public static void main(String[] args) {
        System.out.println("checksum " + checksum(Simd.chosen()));
    }

    /** Of all kinds of tiles: 9 results are a large tile and small ones, 14 large ones and two small. */
    private static int checksum(Simd simd) {
        int sum = 0;
        for (int tile = 2; tile <= 4; tile += 2) {
            for (boolean backward : new boolean[] {false, true}) {
                ConvolutionTask task = task(backward, Geometry.UNIT.padding(1), 2, 40, 9, 14, 24);
                float[] y = run(task, tile, simd, 1, 0, Epilogue.none(), blockedSource(task, 17),
                        normal(task.weightSize(), 18));
                sum = 31 * sum + Arrays.hashCode(y);
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dtopple.simd=512", "-Dtopple.simd=256", "-Dtopple.simd=128", "-Xint"})
    void otherJvmsAgree(String flag) throws Exception {
        String classPath = location(Blocks.class) + File.pathSeparator + location(WinogradConvolutionTest.class)
                + File.pathSeparator + location(Test.class) + File.pathSeparator + location(ValueSource.class)
                + File.pathSeparator + location(AssertionFailedError.class);
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag,
                "--add-modules", "jdk.incubator.vector", "-cp", classPath, WinogradConvolutionTest.class.getName())
                .redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        String found = output.lines().filter(line -> line.startsWith("checksum ")).findFirst().orElse(output);
        assertEquals("checksum " + checksum(Simd.OFF), found);
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    @Test
    void theErrorOfManyChannelsIsThatOfShortSums() {
        ConvolutionTask task = task(false, Geometry.UNIT.padding(1), 1, 512, 7, 9, 16);
        float[] x = source(task, 19);
        float[] w = normal(task.weightSize(), 20);
        double[] expected = reference(task, x, w);
        float[] blocked = blocked(x, 1, 512, 63);
        double two = relativeL2(run(task, 2, blocked, w), expected);
        double four = relativeL2(run(task, 4, blocked, w), expected);
        assertTrue(two < 4e-7, "F(2x2): " + two);
        assertTrue(four < 1.6e-6, "F(4x4): " + four);
    }

    @Test
    void theErrorIsAsStated() {
        ConvolutionTask task = task(false, Geometry.UNIT.padding(1), 1, 128, 16, 16, 32);
        float[] x = source(task, 7);
        float[] w = normal(task.weightSize(), 8);
        double[] expected = reference(task, x, w);
        float[] blocked = blocked(x, 1, 128, 256);
        double two = relativeL2(run(task, 2, blocked, w), expected);
        double four = relativeL2(run(task, 4, blocked, w), expected);
        assertTrue(two > 1e-7 && two < 4e-7, "F(2x2): " + two);
        assertTrue(four > 5e-7 && four < 1.2e-6, "F(4x4): " + four);

        float[] y = run(task, 4, blocked, w);
        double square = 0;
        double largest = 0;
        for (int i = 0; i < y.length; i++) {
            square += expected[i] * expected[i];
            largest = Math.max(largest, Math.abs(y[i] - expected[i]));
        }
        double ofRms = largest / Math.sqrt(square / y.length);
        assertTrue(ofRms < 1e-5, "F(4x4), largest: " + ofRms);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void finishesEachElementOnce(int tile) {
        Geometry g = Geometry.UNIT.padding(2).dilation(2);
        ConvolutionTask task = task(true, g, 2, 24, 7, 9, 16);
        float[] x = blockedSource(task, 9);
        float[] w = normal(task.weightSize(), 10);
        float[] scale = normal(24, 11);
        float[] shift = normal(24, 12);
        float[] residual = normal(2 * 24 * 63, 13);
        float[] mask = normal(2 * 24 * 63, 14);
        Epilogue epilogue = new Epilogue(true, true, true, true, true);
        Consumer<Epilogue> set = e -> {
            e.scale(scale, 0);
            e.shift(shift, 0);
            e.residual(blocked(residual, 2, 24, 63), 0);
            e.mask(blocked(mask, 2, 24, 63), 0);
        };
        set.accept(epilogue);
        float[] bare = run(task, tile, x, w);
        float[] y = run(task, tile, Simd.chosen(), 2, -2, epilogue, x, w);
        for (int i = 0; i < y.length; i++) {
            int c = i / 63 % 24;
            float v = Math.max(Math.fma(bare[i], scale[c], shift[c]) + residual[i], 0f);
            assertEquals(mask[i] > 0 ? v : 0f, y[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, -4})
    void aRunAllocatesNothing(int chunk) {
        ConvolutionTask task = task(false, Geometry.UNIT.padding(1), 1, 16, 9, 9, 16);
        // Without vectors: these are objects until their methods are compiled.
        WinogradConvolution plan = new WinogradConvolution(TileKernel.of(Simd.OFF), WinogradTransform.of(Simd.OFF), 4,
                task, Epilogue.none(), chunk);
        float[] x = blockedSource(task, 15);
        float[] packed = new float[plan.packedSize()];
        float[] y = new float[task.targetSize()];
        float[] scratch = new float[plan.scratch(1)];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Workers workers = new Workers(1)) {
            plan.pack(workers, normal(task.weightSize(), 16), 0, packed, 0);
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 100; i++) {
                    plan.run(workers, x, 0, packed, 0, y, 0, scratch, 0);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(least < 1000, "100 runs allocated " + least + " bytes");
        }
    }

    @Test
    void namesWhatItCannotServe() {
        Geometry unit = Geometry.UNIT.padding(1);
        ConvolutionTask good = task(false, unit, 1, 16, 8, 8, 16);
        assertTrue(WinogradConvolution.serves(good));
        ConvolutionTask strided = task(false, unit.stride(2), 1, 16, 8, 8, 16);
        ConvolutionTask grouped = ConvolutionTask.forward(unit.groups(2), 1, 16, 8, 8, 16, 3, 3, Form.BLOCKED,
                Form.BLOCKED);
        ConvolutionTask flat = ConvolutionTask.forward(unit, 1, 16, 8, 8, 16, 3, 1, Form.BLOCKED, Form.BLOCKED);
        ConvolutionTask plain = ConvolutionTask.forward(unit, 1, 16, 8, 8, 16, 3, 3, Form.PLAIN, Form.BLOCKED);
        ConvolutionTask uneven = task(false, new Geometry(1, 1, 1, 1, 1, 1, 1, 2, 1), 1, 16, 8, 8, 16);
        for (ConvolutionTask bad : new ConvolutionTask[] {strided, grouped, flat, plain, uneven}) {
            assertFalse(WinogradConvolution.serves(bad), bad.toString());
            TileKernel kernel = TileKernel.of(Simd.OFF);
            WinogradTransform transform = WinogradTransform.of(Simd.OFF);
            assertThrows(IllegalArgumentException.class,
                    () -> new WinogradConvolution(kernel, transform, 4, bad, Epilogue.none()));
        }
        assertThrows(IllegalArgumentException.class, () -> new WinogradConvolution(TileKernel.of(Simd.OFF),
                WinogradTransform.of(Simd.OFF), 3, good, Epilogue.none()));
    }
}
