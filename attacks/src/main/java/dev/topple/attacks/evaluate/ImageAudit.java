// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.EightBits;
import dev.topple.engine.tensor.Tensor;

/**
 * What came out of an attack on one image, measured again on the host; {@link Audit} sums it up.
 *
 * @param size the perturbation in the budget's norm, in float64; NaN if a pixel is
 * @param minimumPixel the smallest pixel; infinite if all are NaN
 * @param maximumPixel the largest
 * @param nanPixels how many pixels are NaN
 * @param notWorse whether the merit is no higher than before
 * @param zeroWeightTasks how many tasks had weight 0 at some step
 * @param undefinedGradient whether the direction was not finite at some pixel and step
 * @param zeroGradient whether the direction was 0 at all pixels of some step, though some task had a weight
 * @param roundedSize the perturbation between the clean and the attacked image, both rounded to 8 bits a channel
 * @param climb how the merit rose
 */
public record ImageAudit(double size, double minimumPixel, double maximumPixel, long nanPixels, boolean notWorse,
        int zeroWeightTasks, boolean undefinedGradient, boolean zeroGradient, double roundedSize, Climb climb) {

    private static final double BITS = 255;
    private static final double LOST = 0.1;

    /**
     * How the merit rose.
     *
     * @param clean the merit of the clean image
     * @param start of the first iterate
     * @param first after one step
     * @param best the best of all iterates
     * @param last of the result
     */
    public record Climb(double clean, double start, double first, double best, double last) {

        /** Whether the result lost a tenth or more of the rise that an earlier iterate had. */
        public boolean belowBest() {
            return best > clean && last < best - LOST * (best - clean);
        }
    }

    /** Measures one row of a batch. */
    static ImageAudit of(Budget budget, Tensor clean, AttackResult result, int row) {
        return of(budget, false, clean, result, row);
    }

    /**
     * Measures one row of a batch.
     *
     * @param eightBits whether the result is one of 8 bits a channel, and measured as such
     */
    static ImageAudit of(Budget budget, boolean eightBits, Tensor clean, AttackResult result, int row) {
        int each = clean.shape().size() / clean.shape().dim(0);
        float[] pixels = result.adversarial().floats();
        double minimum = Double.POSITIVE_INFINITY;
        double maximum = Double.NEGATIVE_INFINITY;
        long nan = 0;
        for (int i = row * each; i < (row + 1) * each; i++) {
            if (Float.isNaN(pixels[i])) {
                nan++;
            } else {
                minimum = Math.min(minimum, pixels[i]);
                maximum = Math.max(maximum, pixels[i]);
            }
        }
        int zeroWeightTasks = 0;
        int withoutWeights = result.zeroWeightSteps().isEmpty() ? 0 : Integer.MAX_VALUE;
        for (int[] steps : result.zeroWeightSteps().values()) {
            zeroWeightTasks += steps[row] > 0 ? 1 : 0;
            withoutWeights = Math.min(withoutWeights, steps[row]);
        }
        double size = eightBits ? EightBits.size(budget, clean.floats(), pixels, row * each, (row + 1) * each)
                : budget.size(clean.floats(), pixels, row * each, (row + 1) * each);
        return new ImageAudit(size, minimum, maximum, nan,
                !(result.finalMerit()[row] > result.cleanMerit()[row]), zeroWeightTasks,
                result.undefinedSteps()[row] > 0, result.zeroSteps()[row] > withoutWeights,
                eightBits ? size : rounded(budget, clean.floats(), pixels, row * each, (row + 1) * each),
                new Climb(result.cleanMerit()[row], result.climb().start()[row], result.climb().first()[row],
                        result.climb().best()[row], result.finalMerit()[row]));
    }

    /** The size of the perturbation where both images are rounded to 8 bits. */
    private static double rounded(Budget budget, float[] clean, float[] attacked, int from, int to) {
        float[] before = new float[to - from];
        float[] after = new float[to - from];
        for (int i = from; i < to; i++) {
            // Whole numbers: their differences are exact.
            before[i - from] = (float) Math.rint(clean[i] * BITS);
            after[i - from] = (float) Math.rint(attacked[i] * BITS);
        }
        return budget.size(before, after, 0, to - from) / BITS;
    }
}
