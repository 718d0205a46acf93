// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Tensor;
import java.util.Map;

/**
 * One image and its labels.
 *
 * @param id a name for people that is unique in the data set: a file name, a number
 * @param image RGB, {@code [3, H, W]}, values from 0 to 1
 * @param labels by task name, each with the shape of the task's label type without the first axis; may lack tasks
 */
public record Sample(String id, Tensor image, Map<String, Tensor> labels) {

    public Sample {
        labels = Map.copyOf(labels);
    }

    /** The image's height in pixels. */
    public int height() {
        return image.shape().dim(1);
    }

    /** The image's width in pixels. */
    public int width() {
        return image.shape().dim(2);
    }
}
