// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/**
 * One thing that a model predicts for every pixel of an image. Predictions are floats {@code [N, channels, H, W]} at
 * the size of the image; whatever happens to one image never depends on another.
 *
 * <p>To add a task, implement this interface and {@link Metrics}, and name the task in {@link Tasks}, where models are
 * described.
 */
public interface Task {

    /** The name in files, tables and options: lower case letters, digits and {@code -}. */
    String name();

    /** How many channels a prediction has. */
    int channels();

    /** The type of the labels of {@code n} images of a size. */
    TensorType labelType(int n, int height, int width);

    /**
     * The loss of each image, {@code [N]}, in the task's fixed unit: the mean over the pixels whose label is valid, and
     * 0 for an image without any.
     */
    Value loss(Value prediction, Value label);

    /** What the loss is measured in, for people: {@code nats}, {@code metres}. */
    String lossUnit();

    /** The number of pixels with a valid label in each image, as floats {@code [N]}. */
    Value validPixels(Value label);

    /** A label that says what the prediction says: what an image without a label is attacked against. */
    Value labelOf(Value prediction);

    /** How predictions are judged. */
    Metrics metrics();

    /**
     * How the code released with Zhang et al., arXiv 2305.12066, judges predictions, quirks included, so that numbers
     * can be held against theirs: the same metrics by name, unit, direction and order as {@link #metrics}, which is
     * what to trust. By default there are no quirks.
     */
    default Metrics releasedMetrics() {
        return metrics();
    }

    /**
     * The labels of the images mirrored left to right: a copy with the last axis, the width, reversed. A task whose
     * values change under a mirror overrides this.
     */
    default Tensor mirror(Tensor label) {
        return Mirror.columns(label);
    }

    /** Finds the best prediction that looks at no image: the least that a model must beat. */
    BestConstant bestConstant();
}
