// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import dev.topple.engine.tensor.Tensor;

/**
 * Attacked images of 8 bits a channel, as picture files hold them, that stay within the budget and keep their effect.
 * A pixel is a whole number of 255ths; a clean pixel that is one but for float32's rounding counts as that number.
 *
 * <p>For L-infinity every pixel is rounded away from the clean one if that is within the budget, so that no part of a
 * perturbation is lost; else towards it. For L2 the perturbation is scaled so that, rounded to the nearest, it is as
 * large as the budget allows, but no larger than before it would have been allowed to be.
 */
public final class EightBits {

    private static final double LEVELS = 255;
    private static final double EXACT = 1e-4;
    private static final double SLACK = 1e-9;
    private static final int HALVINGS = 30;

    private EightBits() {}

    /**
     * Refuses a budget that may be less than one step.
     *
     * @throws IllegalArgumentException in one line
     */
    public static void check(Budget budget) {
        if (budget.epsilon() * LEVELS < 1 - SLACK) {
            throw new IllegalArgumentException("images of 8 bits change in steps of 1/255, so an epsilon of "
                    + Budgets.fraction(budget.epsilon()) + " leaves nothing to attack with; take at least 1/255");
        }
    }

    /**
     * Rounds a batch.
     *
     * @param clean floats {@code [N, ...]} in [0, 1]
     * @param attacked the same shape, within the budget
     * @throws IllegalArgumentException in one line, if an image alone, rounded, is further from itself than epsilon
     */
    public static Tensor rounded(Budget budget, Tensor clean, Tensor attacked) {
        float[] before = clean.floats();
        float[] after = attacked.floats();
        float[] rounded = new float[before.length];
        int each = before.length / clean.shape().dim(0);
        for (int from = 0; from < before.length; from += each) {
            switch (budget.norm()) {
                case LINF -> {
                    for (int i = from; i < from + each; i++) {
                        rounded[i] = within(budget.epsilon(), before[i], after[i]);
                    }
                }
                case L2 -> scaled(budget, before, after, rounded, from, from + each);
            }
        }
        return Tensor.of(attacked.shape(), rounded);
    }

    private static float within(double epsilon, float clean, float attacked) {
        double here = level(clean);
        double there = level(attacked);
        double side = there > here ? 1 : -1;
        double wanted = there > here ? Math.ceil(there) : there < here ? Math.floor(there) : Math.rint(there);
        while (Math.abs(wanted - here) / LEVELS > epsilon && side * (wanted - here) > 0) {
            wanted -= side;
        }
        return value(Math.clamp(wanted, 0, LEVELS));
    }

    private static void scaled(Budget budget, float[] clean, float[] attacked, float[] into, int from, int to) {
        double length = budget.size(clean, attacked, from, to);
        double high = length == 0 ? 1 : Math.max(1, budget.epsilon() / length);
        if (fits(budget, clean, attacked, into, from, to, high)) {
            return;
        }
        double low = 0;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (fits(budget, clean, attacked, into, from, to, middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if (!fits(budget, clean, attacked, into, from, to, low)) {
            throw new IllegalArgumentException("an image that is no 8-bit image is, rounded to one, further from itself"
                    + " than " + budget.text() + " allows; take a larger epsilon");
        }
    }

    private static boolean fits(Budget budget, float[] clean, float[] attacked, float[] into, int from, int to,
            double scale) {
        for (int i = from; i < to; i++) {
            double here = level(clean[i]);
            into[i] = value(Math.clamp(Math.rint(here + scale * (level(attacked[i]) - here)), 0, LEVELS));
        }
        return size(budget, clean, into, from, to) <= budget.epsilon();
    }

    /**
     * The size of a perturbation between a clean image and one of 8 bits, which counts in 255ths.
     *
     * @param from the first element of the image in both arrays
     * @param to behind its last element
     * @return NaN if any pixel is; infinite if a pixel of the second image is no whole number of 255ths
     */
    public static double size(Budget budget, float[] clean, float[] rounded, int from, int to) {
        double largest = 0;
        double sum = 0;
        for (int i = from; i < to; i++) {
            double there = level(rounded[i]);
            double change = there - level(clean[i]);
            if (there != Math.rint(there) && !Double.isNaN(there)) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, Math.abs(change));
            sum += change * change;
        }
        return switch (budget.norm()) {
            case LINF -> largest / LEVELS;
            case L2 -> Math.sqrt(sum) / LEVELS;
        };
    }

    private static double level(float pixel) {
        double exact = pixel * LEVELS;
        double whole = Math.rint(exact);
        return Math.abs(exact - whole) < EXACT ? whole : exact;
    }

    private static float value(double level) {
        return (float) (level / LEVELS);
    }
}
