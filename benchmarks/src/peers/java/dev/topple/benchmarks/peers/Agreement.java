// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far two sides compute the same.
 *
 * @param losses the largest relative difference of a loss
 * @param direction the relative difference of the directions in the L2 norm
 * @param signs the share of pixels whose direction has the same sign
 * @param images the relative difference of each image's direction: a ReLU whose mask rounding turned shows in one image
 */
record Agreement(double losses, double direction, double signs, List<Double> images) {

    /** Float32 losses of one network should agree this well; else the two networks are not the same. */
    private static final double LOSSES = 1e-4;
    /** Rounding turns the masks of some ReLUs, so directions agree less than losses; this much they should. */
    private static final double DIRECTION = 0.05;

    /** How far what a process computed agrees with what another did. */
    static Agreement of(Processes.Outcome mine, Processes.Outcome truth) {
        DirectionFile file = DirectionFile.read(mine.folder());
        DirectionFile other = DirectionFile.read(truth.folder());
        float[] a = file.direction().floats();
        float[] b = other.direction().floats();
        int same = 0;
        for (int i = 0; i < b.length; i++) {
            same += Math.signum(a[i]) == Math.signum(b[i]) ? 1 : 0;
        }
        List<Double> images = new ArrayList<>();
        int image = b.length / other.direction().shape().dim(0);
        for (int from = 0; from < b.length; from += image) {
            images.add(difference(a, b, from, from + image));
        }
        return new Agreement(file.lossDifference(other), difference(a, b, 0, b.length), (double) same / b.length,
                images);
    }

    private static double difference(float[] a, float[] b, int from, int to) {
        double difference = 0;
        double size = 0;
        for (int i = from; i < to; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            size += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    /** Refuses to compare the times of different computations. */
    Agreement check(String of) {
        if (!(losses <= LOSSES)) {
            throw new IllegalStateException(of + ": the losses of the two sides differ by " + losses
                    + "; they do not compute the same network");
        }
        if (!(direction <= DIRECTION)) {
            throw new IllegalStateException(of + ": the directions of the two sides differ by " + direction
                    + "; they do not compute the same gradient");
        }
        return this;
    }

    String text() {
        return String.format(Locale.ROOT, "losses agree to %.0e, direction %.1e, signs %.3f %%", losses, direction,
                100 * signs);
    }
}
