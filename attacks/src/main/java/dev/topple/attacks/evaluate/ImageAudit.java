// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.budget.Budget;
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
 */
public record ImageAudit(double size, double minimumPixel, double maximumPixel, long nanPixels, boolean notWorse,
        int zeroWeightTasks, boolean undefinedGradient) {

    /** Measures one row of a batch. */
    static ImageAudit of(Budget budget, Tensor clean, AttackResult result, int row) {
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
        for (int[] steps : result.zeroWeightSteps().values()) {
            zeroWeightTasks += steps[row] > 0 ? 1 : 0;
        }
        return new ImageAudit(budget.size(clean.floats(), pixels, row * each, (row + 1) * each), minimum, maximum, nan,
                !(result.finalMerit()[row] > result.cleanMerit()[row]), zeroWeightTasks,
                result.undefinedSteps()[row] > 0);
    }
}
