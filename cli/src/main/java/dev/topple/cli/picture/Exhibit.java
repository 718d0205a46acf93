// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.attacks.evaluate.Plan;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * One image, and what attacks did to it and to the predictions for it. Maps are by task name; tensors are batches of
 * one.
 *
 * @param index the number in the data set, from 0
 * @param id the name in the data set; anything may stand in it
 * @param image floats {@code [1, 3, H, W]}
 * @param labels those that the data set has; may lack tasks
 * @param predictions of the model for the image
 * @param losses against the labels, or where there are none against the predictions
 * @param attacked one for each plan, in order
 */
public record Exhibit(int index, String id, Tensor image, Map<String, Tensor> labels, Map<String, Tensor> predictions,
        Map<String, Double> losses, List<Attacked> attacked) {

    /**
     * The image under one attack.
     *
     * @param plan which
     * @param image floats {@code [1, 3, H, W]}
     * @param predictions of the model for it
     * @param losses against the same labels as those of the clean image
     */
    public record Attacked(Plan plan, Tensor image, Map<String, Tensor> predictions, Map<String, Double> losses) {

        /** How far the image may have moved. */
        public double epsilon() {
            return plan.budget().epsilon();
        }
    }
}
