// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Metrics;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResamplesTest {

    /** Metrics computed from parts that a test makes up. */
    private record MadeUp(int parts, List<Metric> list, UnaryOperator<double[]> formula) implements Metrics {

        private MadeUp(int parts, int metrics, UnaryOperator<double[]> formula) {
            this(parts, Collections.nCopies(metrics, new Metric("made up", true, "")), formula);
        }

        @Override
        public void measure(Tensor prediction, Tensor label, int row, double[] into) {
            throw new UnsupportedOperationException("nothing to measure");
        }

        @Override
        public double[] values(double[] total) {
            return formula.apply(total);
        }
    }

    private static final MadeUp RATIO = new MadeUp(2, 1, total -> new double[] {total[0] / total[1]});

    /** Which image is counted how often: image i has a 1 in part i, and the metrics are the parts. */
    private static double[][] counts(Resamples resamples, int images) {
        double[][] parts = new double[images][images];
        IntStream.range(0, images).forEach(i -> parts[i][i] = 1);
        return resamples.metrics(new MadeUp(images, images, double[]::clone), parts);
    }

    @Test
    void everyResampleDrawsAsManyImagesAsThereAre() {
        double[][] counts = counts(new Resamples(5, 9), 9);
        double missing = 0;
        for (int resample = 0; resample < Resamples.COUNT; resample++) {
            double sum = 0;
            for (double[] image : counts) {
                assertEquals(Math.rint(image[resample]), image[resample]);
                sum += image[resample];
                missing += image[resample] == 0 ? 1 : 0;
            }
            assertEquals(9, sum);
        }
        // An image is left out with probability (8 / 9)^9 = 0.346.
        assertEquals(0.346, missing / (9 * Resamples.COUNT), 0.01);
        for (double[] image : counts) {
            assertEquals(1, Arrays.stream(image).average().orElseThrow(), 0.1);
        }
    }

    @Test
    void theyFollowFromTheSeed() {
        double[][] one = counts(new Resamples(5, 9), 9);
        assertTrue(Arrays.deepEquals(one, counts(new Resamples(5, 9), 9)));
        assertFalse(Arrays.deepEquals(one, counts(new Resamples(6, 9), 9)));
    }

    @Test
    void metricsAndMeansAreOfTheSameImages() {
        Resamples resamples = new Resamples(1, 20);
        double[] values = values(new RandomSource(3), 20);
        double[][] parts = new double[20][];
        Arrays.setAll(parts, i -> new double[] {values[i], 1});
        double[] means = resamples.means(values);
        double[] pooled = resamples.metrics(RATIO, parts)[0];
        assertArrayEquals(pooled, means, 1e-12);
    }

    @Test
    void theIntervalOfAMeanIsWhatTheoryExpects() {
        double[] values = values(new RandomSource(4), 400);
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation =
                Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
        Resamples resamples = new Resamples(2, values.length);
        Interval interval = resamples.interval(mean, resamples.means(values));
        double half = 1.96 * deviation / Math.sqrt(values.length);
        assertEquals(mean - half, interval.low(), 0.12 * half);
        assertEquals(mean + half, interval.high(), 0.12 * half);
    }

    /** The pooled ratio of images of different weight, as the accuracy over all valid pixels is one. */
    @Test
    void intervalsCoverTheTruthAboutAsOftenAsTheyPromise() {
        int populations = 400;
        int images = 60;
        Resamples resamples = new Resamples(3, images);
        RandomSource random = new RandomSource(9);
        int covered = 0;
        for (int i = 0; i < populations; i++) {
            double[][] parts = new double[images][];
            Arrays.setAll(parts, image -> {
                double pixels = random.nextDouble(50, 150);
                return new double[] {pixels * (0.5 + 0.2 * random.nextGaussian()), pixels};
            });
            double[] total = new double[2];
            Arrays.stream(parts).forEach(part -> {
                total[0] += part[0];
                total[1] += part[1];
            });
            Interval interval = resamples.interval(RATIO.values(total)[0], resamples.metrics(RATIO, parts)[0]);
            covered += interval.low() <= 0.5 && 0.5 <= interval.high() ? 1 : 0;
        }
        // Nominal 0.95; percentile intervals of 60 images fall a little short. Three standard errors are 0.033.
        assertEquals(0.945, (double) covered / populations, 0.035);
    }

    @Test
    void whatIsUndefinedHasNoInterval() {
        double[] samples = new double[Resamples.COUNT];
        Resamples resamples = new Resamples(1, 5);
        assertEquals(Interval.NONE, resamples.interval(Double.NaN, samples));
        assertEquals(Interval.NONE, resamples.interval(Double.POSITIVE_INFINITY, samples));
        assertEquals(new Interval(0, 0), resamples.interval(0, samples));
        assertEquals(Interval.NONE, new Resamples(1, 1).interval(0, samples));
        Arrays.fill(samples, 0, Resamples.COUNT / 2, Double.NaN);
        assertEquals(new Interval(0, 0), resamples.interval(0, samples));
        Arrays.fill(samples, Double.NaN);
        assertEquals(Interval.NONE, resamples.interval(0, samples));
    }

    @Test
    void theEndsArePercentiles() {
        double[] samples = new double[Resamples.COUNT];
        Arrays.setAll(samples, i -> Resamples.COUNT - i);
        Interval interval = new Resamples(1, 5).interval(0, samples);
        assertEquals(1 + 0.025 * (Resamples.COUNT - 1), interval.low(), 1e-9);
        assertEquals(1 + 0.975 * (Resamples.COUNT - 1), interval.high(), 1e-9);
        assertTrue(interval.positive() && !interval.negative() && interval.defined());
        assertTrue(new Interval(-2, -1).negative());
        assertFalse(new Interval(-2, 1).negative() || new Interval(-2, 1).positive());
        assertFalse(new Interval(-2, 0).negative() || new Interval(0, 1).positive());
    }

    private static double[] values(RandomSource random, int images) {
        return IntStream.range(0, images).mapToDouble(i -> 3 + random.nextGaussian()).toArray();
    }
}
