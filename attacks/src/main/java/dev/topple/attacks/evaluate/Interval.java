// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/**
 * A 95 % confidence interval over images: the percentiles 2.5 and 97.5 of what {@link Resamples#COUNT} bootstrap
 * resamples of the images give (Efron, 1979), each of as many images as there are, drawn with replacement, all parts of
 * the metrics pooled again. It says how much a number depends on which images were drawn, and nothing of other weights,
 * other random starts or other data. With few images it is too narrow, with one image there is none.
 *
 * @param low the lower end; NaN if there is no interval
 * @param high the upper end; NaN if there is no interval
 */
public record Interval(double low, double high) {

    /** No interval: the number is undefined, or there is but one image. */
    public static final Interval NONE = new Interval(Double.NaN, Double.NaN);

    /** Whether there is an interval. */
    public boolean defined() {
        return !Double.isNaN(low) && !Double.isNaN(high);
    }

    /** Whether all of it is above 0. */
    public boolean positive() {
        return low > 0;
    }

    /** Whether all of it is below 0. */
    public boolean negative() {
        return high < 0;
    }
}
