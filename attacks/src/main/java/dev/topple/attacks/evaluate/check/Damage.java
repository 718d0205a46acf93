// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

/**
 * How much damage an attack did to the tasks that it attacks: their averaged relative performance in percent, or, where
 * that is undefined, the mean sum of the logarithms of the losses.
 *
 * @param value on all images
 * @param samples in each bootstrap resample of the images, the same ones for all attacks of an evaluation; empty if
 *     there is but one image
 */
public record Damage(double value, double[] samples) {

    private static final double SURE = 0.975;

    /**
     * Whether this is more than another damage: in 97.5 % of the resamples, so that the 95 % interval of the difference
     * is above 0. Of one image, whether it is more there.
     */
    boolean surelyAbove(Damage other) {
        if (samples.length == 0 || other.samples.length == 0) {
            return value > other.value;
        }
        int above = 0;
        int defined = 0;
        for (int i = 0; i < samples.length; i++) {
            double difference = samples[i] - other.samples[i];
            above += difference > 0 ? 1 : 0;
            defined += Double.isNaN(difference) ? 0 : 1;
        }
        return defined > 0 && above >= SURE * defined;
    }

    /** Whether there are several images, so that a difference can be told from chance. */
    boolean tellable() {
        return samples.length > 0;
    }
}
