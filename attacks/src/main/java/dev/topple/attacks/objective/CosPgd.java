// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.function.Supplier;

/**
 * The objective of CosPGD (Agnihotri et al., "CosPGD: an efficient white-box adversarial attack for pixel-wise prediction
 * tasks", 2024): the cross-entropy of each pixel counts as much as its prediction still agrees with the label, the cosine
 * between the softmax of the logits and the label as a one-hot vector. For segmentation alone.
 */
public record CosPgd() implements Objective {

    @Override
    public String name() {
        return "cospgd";
    }

    @Override
    public Value loss(Task task, Value prediction, Value label, Supplier<Value> progress) {
        if (!(task instanceof Segmentation segmentation)) {
            return task.loss(prediction, label);
        }
        Value each = Softmax.crossEntropy(prediction, label, segmentation.ignored());
        Value ofLabel = each.negate().exp();
        Value length = prediction.softmax(1).square().sum(1).sqrt();
        Value cosine = ofLabel.dividedBy(length);
        return PixelWeights.mean(each.times(cosine.stopGradient()), task.validPixels(label));
    }
}
