// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.function.Supplier;

/**
 * The objective of SegPGD (Gu et al., "SegPGD: an effective and efficient adversarial attack for evaluating and boosting
 * segmentation robustness", 2022): the cross-entropy of pixels that are still right counts {@code 1 - lambda}, that of
 * pixels that are wrong already {@code lambda}, which grows from 0 to a half as the walk goes on. For segmentation alone.
 */
public record SegPgd() implements Objective {

    @Override
    public String name() {
        return "segpgd";
    }

    @Override
    public Value loss(Task task, Value prediction, Value label, Supplier<Value> progress) {
        if (!(task instanceof Segmentation segmentation)) {
            return task.loss(prediction, label);
        }
        Value lambda = progress.get().times(0.5);
        Value right = PixelWeights.right(prediction, label);
        Value weight = right.choose(lambda.negate().plus(1), lambda);
        Value each = Softmax.crossEntropy(prediction, label, segmentation.ignored());
        return PixelWeights.mean(each.times(weight.stopGradient()), task.validPixels(label));
    }
}
