// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/**
 * What came out of an attack, measured again on the host from the images themselves.
 *
 * @param largestPerturbation the largest perturbation of any image, in the budget's norm, computed in float64
 * @param minimumPixel the smallest pixel of any attacked image
 * @param maximumPixel the largest
 * @param nanPixels how many pixels are NaN
 * @param outOfBudget how many images are further from the clean one than epsilon; nothing is tolerated, as the budget
 *     is kept exactly
 * @param notWorse how many images have no higher merit than before, so that the attack achieved nothing by its own rule
 * @param zeroWeightTasks for how many pairs of image and task the task had weight 0 at some step, because its loss was
 *     0 or the image has no pixel with a valid label
 * @param undefinedGradients for how many images the direction was not finite at some pixel and step; where it was NaN
 *     the pixel did not move
 * @param zeroGradients for how many images the direction was 0 at all pixels of some step
 * @param belowBest for how many images the result lost a tenth or more of the rise in merit that an earlier iterate had
 * @param roundedOutOfBudget how many images leave the budget where both images are rounded to 8 bits a channel
 * @param roundedAway of how many perturbations nothing is left then
 * @param firstRise by how much the first step raised the merit, the mean over images
 * @param rise by how much the best merit is above that of the clean image, the mean over images
 */
public record Audit(double largestPerturbation, double minimumPixel, double maximumPixel, long nanPixels,
        int outOfBudget, int notWorse, int zeroWeightTasks, int undefinedGradients, int zeroGradients, int belowBest,
        int roundedOutOfBudget, int roundedAway, double firstRise, double rise) {

    /** The largest perturbation in steps of an 8-bit image. */
    public double largestPerturbationIn255() {
        return largestPerturbation * 255;
    }

    /** Whether every image is within its budget and in [0, 1], and no pixel is NaN. */
    public boolean sound() {
        return nanPixels == 0 && outOfBudget == 0 && minimumPixel >= 0 && maximumPixel <= 1;
    }
}
