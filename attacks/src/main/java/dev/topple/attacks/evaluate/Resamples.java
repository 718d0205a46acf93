// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.mtl.task.Metrics;
import java.util.Arrays;

/**
 * Bootstrap resamples of the images: in each, every image counts as often as it was drawn. What is computed from the
 * same resamples is paired. They follow from the seed and the number of images alone.
 */
public final class Resamples {

    /** How many; the ends of an interval then vary by about a tenth of its half width from seed to seed. */
    public static final int COUNT = 2000;

    private static final long BOOTSTRAP = 0x424F4F54L;
    private static final double TAIL = 0.025;

    /** Totals of so many resamples stay in the processor's cache while one image after the other is added to them. */
    private static final int AT_ONCE = 8;

    private final int images;
    private final short[][] counts;

    /** Resamples of so many images. */
    public Resamples(long seed, int images) {
        this.images = images;
        this.counts = new short[COUNT][images];
        RandomSource random = new RandomSource(Philox.derive(seed, BOOTSTRAP));
        for (short[] count : counts) {
            for (int i = 0; i < images; i++) {
                count[random.nextInt(images)]++;
            }
        }
    }

    /** Whether there is but one image, of which resamples say nothing. */
    boolean single() {
        return images < 2;
    }

    /**
     * The metrics of a task in every resample.
     *
     * @param parts of each image
     * @return {@code [metric][resample]}
     */
    public double[][] metrics(Metrics metrics, double[][] parts) {
        double[][] values = new double[metrics.list().size()][COUNT];
        double[][] totals = new double[AT_ONCE][metrics.parts()];
        for (int from = 0; from < COUNT; from += AT_ONCE) {
            for (double[] total : totals) {
                Arrays.fill(total, 0);
            }
            for (int image = 0; image < images; image++) {
                for (int i = 0; i < AT_ONCE; i++) {
                    add(parts[image], counts[from + i][image], totals[i]);
                }
            }
            for (int i = 0; i < AT_ONCE; i++) {
                double[] each = metrics.values(totals[i]);
                for (int metric = 0; metric < each.length; metric++) {
                    values[metric][from + i] = each[metric];
                }
            }
        }
        return values;
    }

    /** An image that was not drawn adds nothing, not even a NaN. */
    private static void add(double[] parts, double times, double[] total) {
        if (times != 0) {
            for (int i = 0; i < total.length; i++) {
                total[i] += times * parts[i];
            }
        }
    }

    /** The mean over images in every resample. */
    public double[] means(double[] values) {
        double[] means = new double[COUNT];
        for (int resample = 0; resample < COUNT; resample++) {
            double sum = 0;
            for (int image = 0; image < images; image++) {
                if (counts[resample][image] > 0) {
                    sum += counts[resample][image] * values[image];
                }
            }
            means[resample] = sum / images;
        }
        return means;
    }

    /**
     * The interval of a number. Resamples in which it is undefined are left out.
     *
     * @param estimate the number on all images; if it is not finite, there is no interval
     * @param samples the number in every resample
     */
    public Interval interval(double estimate, double[] samples) {
        double[] sorted = Arrays.stream(samples).filter(sample -> !Double.isNaN(sample)).sorted().toArray();
        if (images < 2 || !Double.isFinite(estimate) || sorted.length == 0) {
            return Interval.NONE;
        }
        return new Interval(quantile(sorted, TAIL), quantile(sorted, 1 - TAIL));
    }

    /** Linear between the two nearest samples. */
    private static double quantile(double[] sorted, double fraction) {
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] == sorted[above] ? sorted[below]
                : sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
