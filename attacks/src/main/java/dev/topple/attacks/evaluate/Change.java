// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/**
 * What an attack did to a metric.
 *
 * @param clean its value on clean images
 * @param attacked its value on attacked images
 * @param relative the change for the worse as a fraction of the clean value, {@link Arp#relative}; NaN if undefined
 * @param attackedInterval of the attacked value
 * @param relativeInterval of the relative change, clean and attacked taken of the same images in every resample
 */
public record Change(double clean, double attacked, double relative, Interval attackedInterval,
        Interval relativeInterval) {

    /** A change of which no intervals are known. */
    public Change(double clean, double attacked, double relative) {
        this(clean, attacked, relative, Interval.NONE, Interval.NONE);
    }
}
