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
 */
public record Audit(double largestPerturbation, double minimumPixel, double maximumPixel, long nanPixels,
        int outOfBudget, int notWorse, int zeroWeightTasks, int undefinedGradients) {

    /** The largest perturbation in steps of an 8-bit image. */
    public double largestPerturbationIn255() {
        return largestPerturbation * 255;
    }

    /** Whether every image is within its budget and in [0, 1], and no pixel is NaN. */
    public boolean sound() {
        return nanPixels == 0 && outOfBudget == 0 && minimumPixel >= 0 && maximumPixel <= 1;
    }
}
