// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static dev.topple.engine.cpu.blocked.ChannelImages.assertClose;
import static dev.topple.engine.cpu.blocked.ChannelImages.assertSameBits;
import static dev.topple.engine.cpu.blocked.ChannelImages.blocked;
import static dev.topple.engine.cpu.blocked.ChannelImages.in;
import static dev.topple.engine.cpu.blocked.ChannelImages.plain;
import static dev.topple.engine.cpu.blocked.ChannelImages.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Pooling and interpolation of blocked images against loops over planes, to the bit, on vectors and plain
 * loops, with one thread and three, and with several images and one.
 */
class ChannelImageOpsTest {

    private static final Workers ONE = new Workers(1);
    private static final Workers THREE = new Workers(3);
    private static final int[] CHANNELS = {1, 3, 16, 17, 40};

    @AfterAll
    static void end() {
        ONE.close();
        THREE.close();
    }

    private static final List<Window> WINDOWS = List.of(Window.square(3, 2, 1), Window.square(2, 2, 0),
            Window.square(3, 1, 1), Window.square(3, 2, 1).ceil(), new Window(2, 5, 1, 3, 1, 2, true),
            new Window(7, 6, 7, 6, 0, 0, false), Window.square(2, 3, 0));

    private static float[] special(int size, long seed) {
        float[] values = random(size, seed);
        float[] rare = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f, 1f, 1f};
        for (int i = 0; i < size; i++) {
            if (i % 5 == 0) {
                values[i] = rare[i / 5 % rare.length];
            }
        }
        return values;
    }

    private interface Plane {
        void apply(int from, int to);
    }

    private static void planes(Shape shape, Shape result, Plane plane) {
        for (int i = 0; i < shape.dim(0) * shape.dim(1); i++) {
            plane.apply(i * pixels(shape), i * pixels(result));
        }
    }

    private static int pixels(Shape shape) {
        return shape.dim(2) * shape.dim(3);
    }

    /** Runs a pooling on blocked copies and gives the plain result; indices are read or written in place. */
    private static float[] pool(Simd simd, Workers workers, Pooling op, Optional<Window> pooled, Shape shape,
            Shape result, float[] x, int[] indices, boolean reads, Consumer<BlockedPooling> settings) {
        Shape places = op instanceof Pooling.Scatter ? shape : result;
        int n = shape.dim(0);
        int channels = shape.dim(1);
        BlockedPooling pooling = new BlockedPooling(simd, op, pooled, shape, result);
        settings.accept(pooling);
        float[] y = new float[3 + Blocks.size(n, channels, result.dim(2), result.dim(3))];
        Arrays.fill(y, Float.NaN);
        float[] source = in(Form.BLOCKED, x, n, channels, pixels(shape), 1);
        int[] blocked = reads
                ? blocked(indices, n, channels, pixels(places))
                : new int[Blocks.size(n, channels, places.dim(2), places.dim(3))];
        pooling.run(workers, source, 1, blocked, 0, y, 3);
        if (indices.length > 0 && !reads) {
            System.arraycopy(plain(blocked, n, channels, pixels(places)), 0, indices, 0, indices.length);
        }
        return plain(y, n, channels, pixels(result), 3);
    }

    private static void checkPool(Pooling op, Optional<Window> pooled, Shape shape, Shape result, float[] x,
            float[] expected, int[] indices, boolean reads) {
        String what = op + " of " + shape + (pooled.isPresent() ? " windowed" : "");
        for (Simd simd : List.of(Simd.OFF, Simd.chosen())) {
            for (Workers workers : List.of(ONE, THREE)) {
                int[] found = reads ? indices : new int[indices.length];
                float[] y = pool(simd, workers, op, pooled, shape, result, x, found, reads, p -> {
                });
                assertSameBits(expected, y, what + ", " + simd);
                assertArrayEquals(indices, found, what + ", " + simd);
            }
        }
        int one = shape.dim(1) * pixels(shape);
        Shape places = op instanceof Pooling.Scatter ? shape : result;
        int[] alone = indices.length == 0 ? indices : Arrays.copyOf(indices, shape.dim(1) * pixels(places));
        float[] y = pool(Simd.chosen(), ONE, op, pooled, shape.with(0, 1), result.with(0, 1),
                Arrays.copyOf(x, one), alone, reads, p -> {
                });
        assertSameBits(Arrays.copyOf(expected, y.length), y, what + ", the first image alone");
    }

    private static Shape pooled(Window w, Shape image) {
        return Shape.of(image.dim(0), image.dim(1), w.outHeight(image.dim(2)), w.outWidth(image.dim(3)));
    }

    @Test
    void maxPoolingAndItsGradient() {
        for (Window w : WINDOWS) {
            for (int channels : CHANNELS) {
                Shape image = Shape.of(3, channels, 9, 13);
                Shape places = pooled(w, image);
                float[] x = special(image.size(), 1);
                float[] y = new float[places.size()];
                int[] indices = new int[places.size()];
                planes(image, places, (from, to) -> ChannelPlanes.max(w, x, from, 9, 13, y, indices, to));
                checkPool(new Pooling.MaxPool2d(w), Optional.empty(), image, places, x, y, indices, false);

                float[] g = random(places.size(), 2);
                float[] back = new float[image.size()];
                planes(places, image,
                        (from, to) -> ChannelPlanes.scatter(g, indices, from, pixels(places), back, to, 9 * 13));
                Pooling scatter = new Pooling.Scatter(9, 13);
                checkPool(scatter, Optional.of(w), places, image, g, back, indices, true);
                checkPool(scatter, Optional.empty(), places, image, g, back, indices, true);

                float[] mask = special(image.size(), 3);
                for (int i = 0; i < back.length; i++) {
                    back[i] = mask[i] > 0 ? back[i] : 0f;
                }
                for (Simd simd : List.of(Simd.OFF, Simd.chosen())) {
                    assertSameBits(back, pool(simd, ONE, scatter, Optional.of(w), places, image, g, indices, true,
                            p -> p.mask(in(Form.BLOCKED, mask, 3, channels, 9 * 13, 2), 2)), scatter + ", masked");
                    assertSameBits(back, pool(simd, ONE, scatter, Optional.of(w), places, image, g, indices, true,
                            p -> p.bits(positive(in(Form.BLOCKED, mask, 3, channels, 9 * 13, 16)), 1)),
                            scatter + ", masked by bits");
                }
            }
        }
    }

    /** A word for each sixteen values. */
    private static int[] positive(float[] blocked) {
        int[] words = new int[blocked.length / 16];
        for (int i = 0; i < blocked.length; i++) {
            words[i / 16] |= blocked[i] > 0f ? 1 << i % 16 : 0;
        }
        return words;
    }

    @Test
    void indicesOutOfRange() {
        Shape image = Shape.of(2, 17, 3, 4);
        Shape places = Shape.of(2, 17, 2, 2);
        float[] x = special(image.size(), 1);
        float[] g = special(places.size(), 2);
        int[] indices = new int[places.size()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i % 15 - 1;
        }
        float[] back = new float[image.size()];
        planes(places, image, (from, to) -> ChannelPlanes.scatter(g, indices, from, 4, back, to, 12));
        checkPool(new Pooling.Scatter(3, 4), Optional.empty(), places, image, g, back, indices, true);
        float[] y = new float[places.size()];
        planes(image, places, (from, to) -> ChannelPlanes.gather(x, from, 12, indices, 4, y, to));
        checkPool(new Pooling.Gather(), Optional.empty(), image, places, x, y, indices, true);
    }

    @Test
    void averagePoolingAndItsGradient() {
        for (Window w : WINDOWS) {
            for (boolean padding : new boolean[] {true, false}) {
                for (int channels : CHANNELS) {
                    Shape image = Shape.of(3, channels, 9, 13);
                    Shape places = pooled(w, image);
                    float[] x = random(image.size(), 1);
                    float[] y = new float[places.size()];
                    planes(image, places, (from, to) -> ChannelPlanes.average(w, padding, x, from, 9, 13, y, to));
                    checkPool(new Pooling.AvgPool2d(w, padding), Optional.empty(), image, places, x, y, new int[0],
                            false);
                    float[] g = random(places.size(), 2);
                    float[] back = new float[image.size()];
                    planes(places, image,
                            (from, to) -> ChannelPlanes.averageGradient(w, padding, g, from, back, to, 9, 13));
                    checkPool(new Pooling.AvgPool2dGradient(w, padding, 9, 13), Optional.empty(), places, image, g,
                            back, new int[0], false);
                }
            }
        }
    }

    @Test
    void largeImagesAreCutIntoStrips() {
        Window w = Window.square(3, 2, 1);
        Shape image = Shape.of(1, 3, 70, 61);
        Shape places = pooled(w, image);
        float[] x = special(image.size(), 1);
        float[] y = new float[places.size()];
        int[] indices = new int[places.size()];
        planes(image, places, (from, to) -> ChannelPlanes.max(w, x, from, 70, 61, y, indices, to));
        checkPool(new Pooling.MaxPool2d(w), Optional.empty(), image, places, x, y, indices, false);
        float[] back = new float[image.size()];
        checkPool(new Pooling.Scatter(70, 61), Optional.of(w), places, image, Arrays.copyOf(x, places.size()),
                scattered(x, indices, places, image), indices, true);
        float[] g = random(places.size(), 2);
        planes(places, image, (from, to) -> ChannelPlanes.averageGradient(w, true, g, from, back, to, 70, 61));
        checkPool(new Pooling.AvgPool2dGradient(w, true, 70, 61), Optional.empty(), places, image, g, back,
                new int[0], false);
    }

    private static float[] scattered(float[] g, int[] indices, Shape places, Shape image) {
        float[] back = new float[image.size()];
        planes(places, image, (from, to) -> ChannelPlanes.scatter(g, indices, from, pixels(places), back, to,
                pixels(image)));
        return back;
    }

    @Test
    void windowsThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BlockedPooling(Simd.OFF, new Pooling.Scatter(8, 8),
                Optional.of(Window.square(2, 2, 0)), Shape.of(1, 3, 3, 4), Shape.of(1, 3, 8, 8)));
        BlockedPooling scatter = new BlockedPooling(Simd.OFF, new Pooling.Scatter(8, 8), Optional.empty(),
                Shape.of(1, 3, 3, 4), Shape.of(1, 3, 8, 8));
        assertThrows(IllegalStateException.class, () -> scatter.mask(new float[1024], 0));
    }

    private static float[] resize(Simd simd, Workers workers, Resampling op, Shape shape, Shape result, float[] x) {
        int n = shape.dim(0);
        int channels = shape.dim(1);
        BlockedResize resize = new BlockedResize(simd, op, shape, result);
        float[] y = new float[2 + Blocks.size(n, channels, result.dim(2), result.dim(3))];
        float[] scratch = new float[1 + resize.scratch(workers.threads())];
        Arrays.fill(scratch, Float.NaN);
        resize.run(workers, in(Form.BLOCKED, x, n, channels, pixels(shape), 1), 1, y, 2, scratch, 1);
        return plain(y, n, channels, pixels(result), 2);
    }

    private static void checkResize(Resampling op, Shape shape, Shape result, float[] x, float[] expected) {
        String what = op + " of " + shape;
        for (Simd simd : List.of(Simd.OFF, Simd.chosen())) {
            for (Workers workers : List.of(ONE, THREE)) {
                assertSameBits(expected, resize(simd, workers, op, shape, result, x), what + ", " + simd);
            }
        }
        float[] alone = resize(Simd.chosen(), ONE, op, shape.with(0, 1), result.with(0, 1),
                Arrays.copyOf(x, x.length / shape.dim(0)));
        assertSameBits(Arrays.copyOf(expected, alone.length), alone, what + ", the first image alone");
    }

    @Test
    void interpolationAndItsGradient() {
        int[][] sizes = {{5, 7, 40, 56}, {6, 5, 6, 9}, {9, 8, 4, 3}, {1, 1, 3, 4}, {4, 6, 1, 1}, {5, 4, 7, 70}};
        for (Method method : Method.values()) {
            for (int[] size : sizes) {
                for (int channels : size[0] == 5 ? CHANNELS : new int[] {17}) {
                    Shape small = Shape.of(3, channels, size[0], size[1]);
                    Shape large = Shape.of(3, channels, size[2], size[3]);
                    float[] x = special(small.size(), 1);
                    float[] y = new float[large.size()];
                    planes(small, large, (from, to) -> ChannelPlanes.resize(method, x, from, size[0],
                            size[1], y, to, size[2], size[3]));
                    checkResize(new Resampling.Resize(method, size[2], size[3]), small, large, x, y);
                    float[] g = random(large.size(), 2);
                    float[] back = new float[small.size()];
                    planes(large, small, (from, to) -> ChannelPlanes.resizeGradient(method, g, from, size[2],
                            size[3], back, to, size[0], size[1]));
                    checkResize(new Resampling.ResizeGradient(method, size[0], size[1]), large, small, g, back);
                }
            }
        }
    }

    @Test
    void integersTakeTheNearestPixel() {
        Shape small = Shape.of(2, 18, 5, 7);
        Shape large = Shape.of(2, 18, 11, 9);
        int[] x = new int[small.size()];
        Arrays.setAll(x, i -> i * 7919);
        int[] expected = new int[large.size()];
        Arrays.setAll(expected, i -> x[i / 99 * 35 + i / 9 % 11 * 5 / 11 * 7 + i % 9 * 7 / 9]);
        int[] y = new int[Blocks.size(2, 18, 11, 9)];
        new BlockedResize(Simd.chosen(), new Resampling.Resize(Method.NEAREST, 11, 9), small, large).run(THREE,
                blocked(x, 2, 18, 35), 0, y, 0);
        assertArrayEquals(expected, plain(y, 2, 18, 99));
    }

    private record Sums(float[] batch, float[] pixels, float[] means, float[] variances, float[] gammas,
            float[] betas) {

        static Sums of(Simd simd, Workers workers, Shape shape, float[] plain, float[] gradient) {
            int n = shape.dim(0);
            int c = shape.dim(1);
            float[] x = in(Form.BLOCKED, plain, n, c, ChannelImageOpsTest.pixels(shape), 1);
            float[] g = in(Form.BLOCKED, gradient, n, c, ChannelImageOpsTest.pixels(shape), 2);
            Sums sums = new Sums(new float[c], new float[n * c], new float[c], new float[c], new float[c],
                    new float[c]);
            ChannelSums kernel = new ChannelSums(simd, shape, workers.threads());
            kernel.overBatch(workers, x, 1, sums.batch, 0);
            kernel.overPixels(workers, x, 1, sums.pixels, 0);
            kernel.statistics(workers, x, 1, sums.means, 0, sums.variances, 0);
            kernel.gradients(workers, x, 1, g, 2, sums.means, 0, sums.variances, 0, 1e-3f, sums.gammas, 0, sums.betas,
                    0);
            return sums;
        }

        void assertSame(Sums other, String what) {
            assertSameBits(batch, other.batch, what);
            assertSameBits(pixels, other.pixels, what);
            assertSameBits(means, other.means, what);
            assertSameBits(variances, other.variances, what);
            assertSameBits(gammas, other.gammas, what);
            assertSameBits(betas, other.betas, what);
        }
    }

    @Test
    void sumsPerChannel() {
        for (int channels : CHANNELS) {
            for (int[] size : new int[][] {{7, 9}, {1, 1}, {65, 63}}) {
                Shape shape = Shape.of(3, channels, size[0], size[1]);
                int pixels = pixels(shape);
                float[] x = random(shape.size(), 1);
                float[] g = random(shape.size(), 2);
                for (int i = 0; i < x.length; i++) {
                    x[i] += 30; // a mean that is large beside the deviation
                }
                String what = "sums of " + shape;
                Sums sums = Sums.of(Simd.chosen(), ONE, shape, x, g);
                sums.assertSame(Sums.of(Simd.OFF, ONE, shape, x, g), what + ", plain loops");
                sums.assertSame(Sums.of(Simd.chosen(), THREE, shape, x, g), what + ", threads");
                Sums alone = Sums.of(Simd.chosen(), ONE, shape.with(0, 1), Arrays.copyOf(x, channels * pixels),
                        Arrays.copyOf(g, channels * pixels));
                assertSameBits(Arrays.copyOf(sums.pixels, channels), alone.pixels, what + ", alone");
                checkSums(sums, shape, x, g, what);
            }
        }
    }

    private static void checkSums(Sums sums, Shape shape, float[] x, float[] g, String what) {
        int channels = shape.dim(1);
        int pixels = pixels(shape);
        double count = (double) shape.dim(0) * pixels;
        double[] each = new double[shape.dim(0) * channels];
        double[] mean = new double[channels];
        double[] batch = new double[channels];
        double[] variance = new double[channels];
        double[] beta = new double[channels];
        double[] gamma = new double[channels];
        for (int i = 0; i < x.length; i++) {
            each[i / pixels] += x[i];
            batch[i / pixels % channels] += x[i];
            beta[i / pixels % channels] += g[i];
        }
        Arrays.setAll(mean, c -> batch[c] / count);
        for (int i = 0; i < x.length; i++) {
            int c = i / pixels % channels;
            variance[c] += (x[i] - mean[c]) * (x[i] - mean[c]) / count;
            gamma[c] += g[i] * (x[i] - mean[c]);
        }
        Arrays.setAll(gamma, c -> gamma[c] / Math.sqrt(variance[c] + 1e-3));
        assertClose(each, sums.pixels, 1e-6, what);
        assertClose(batch, sums.batch, 1e-6, what);
        assertClose(mean, sums.means, 1e-6, what);
        assertClose(variance, sums.variances, 2e-5, what);
        assertClose(beta, sums.betas, 1e-5, what);
        assertClose(gamma, sums.gammas, 1e-4, what);
    }
}
