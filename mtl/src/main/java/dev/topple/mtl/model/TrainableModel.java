// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import java.util.List;

/** A model whose weights are variables that training can change. */
public interface TrainableModel extends Model {

    /**
     * Adds the model, as it is trained, to the graph of the images: statistics are those of the batch, and the graph
     * assigns the running ones. May be added to a graph once.
     *
     * @param images RGB, {@code [N, 3, H, W]}, values from 0 to 1
     * @return for each task a prediction {@code [N, channels, H, W]}
     */
    List<Value> predictInTraining(Value images);

    /**
     * The same with dropout, for a model that has some.
     *
     * @param keys two random words for each image, {@code [N, 2]}, other ones at every step
     */
    default List<Value> predictInTraining(Value images, Value keys) {
        return predictInTraining(images);
    }

    /** The variables that training changes by their gradient. */
    List<Variable> parameters();

    /** The variables that {@link #predictInTraining} assigns. */
    List<Variable> statistics();
}
