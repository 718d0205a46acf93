// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.mtl.task.Task;
import java.util.List;

/**
 * What can be attacked: images in, one prediction per task out. Any model written with the graph's ops is one; images
 * of a batch must not influence each other.
 */
public interface Model {

    /** The name in results. */
    String name();

    /** What is predicted, in the order of {@link #predict}. */
    List<Task> tasks();

    /**
     * Adds the model, as it is used (frozen statistics, no dropout), to the graph of the images.
     *
     * @param images RGB, {@code [N, 3, H, W]}, values from 0 to 1; the model brings them into its own range
     * @return for each task a prediction {@code [N, channels, H, W]}, or {@code [N, channels, 1, 1]} of the whole image
     *         ({@link Task#predictionType})
     */
    List<Value> predict(Value images);
}
