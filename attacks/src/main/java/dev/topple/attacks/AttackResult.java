// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.tensor.Tensor;
import java.util.Map;

/**
 * What an attack made of a batch. Arrays have one element per image; maps are by task name, in the model's order. The
 * arrays belong to the result; nobody else writes to them.
 *
 * @param adversarial the attacked images, floats {@code [N, 3, H, W]}
 * @param cleanLosses the losses of the clean images, of all tasks of the model
 * @param finalLosses the losses of the attacked images
 * @param cleanMerit the balancer's merit of the clean images
 * @param finalMerit the balancer's merit of the attacked images
 * @param zeroWeightSteps for each task that the balancer attends to, at how many steps of all walks it did not take
 *     part (loss 0, or no pixel with a valid label) and so had weight 0
 * @param climb how the merit rose
 * @param zeroSteps at how many steps the direction was 0 at every pixel, so that the image could not move by it
 * @param undefinedSteps at how many steps the direction was not finite at some pixel; where it was NaN the pixel did
 *     not move
 * @param passes what each image cost
 * @param seconds how long it took, compiling not included
 */
public record AttackResult(Tensor adversarial, Map<String, float[]> cleanLosses, Map<String, float[]> finalLosses,
        float[] cleanMerit, float[] finalMerit, Map<String, int[]> zeroWeightSteps, int[] undefinedSteps,
        int[] zeroSteps, Climb climb, Passes passes, double seconds) {

    /**
     * How the merit of each image rose.
     *
     * @param start the merit of the first iterate of the first walk
     * @param first the merit after one step from there
     * @param best the best merit that was met, the clean image's included
     */
    public record Climb(float[] start, float[] first, float[] best) {}
}
