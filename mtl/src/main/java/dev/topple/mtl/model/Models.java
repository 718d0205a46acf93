// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.function.Function;

/** Models of one's own in a line. */
public final class Models {

    private Models() {}

    /**
     * A model from a function over the graph. The weights are constants, or {@link
     * dev.topple.engine.tensor.Variable variables} that the function reads.
     *
     * <pre>{@code
     * Model mine = Models.of("mine", List.of(new Depth()), images -> List.of(depth(images)));
     * }</pre>
     *
     * @param name the name in results
     * @param tasks what is predicted
     * @param predict from images {@code [N, 3, H, W]} in [0, 1] to one prediction per task, in their order; images of a
     *     batch must not influence each other. Called once per program that is built
     * @throws IllegalArgumentException in one line, if there is no task; and where the model is used, if a prediction
     *     is missing or has another type than its {@linkplain Task#predictionType task's}
     */
    public static Model of(String name, List<? extends Task> tasks, Function<Value, List<Value>> predict) {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("model '" + name + "' has no tasks; name what it predicts");
        }
        return new FunctionModel(name, List.copyOf(tasks), predict);
    }

    private record FunctionModel(String name, List<Task> tasks, Function<Value, List<Value>> function)
            implements Model {

        @Override
        public List<Value> predict(Value images) {
            List<Value> predictions = function.apply(images);
            if (predictions.size() != tasks.size()) {
                throw new IllegalArgumentException("model '" + name + "' gives " + predictions.size()
                        + " predictions for " + tasks.size() + " tasks; it is to give one for each, in their order");
            }
            for (int i = 0; i < tasks.size(); i++) {
                TensorType wanted = tasks.get(i).predictionType(images.shape().dim(0), images.shape().dim(2),
                        images.shape().dim(3));
                if (!predictions.get(i).type().equals(wanted)) {
                    throw new IllegalArgumentException("model '" + name + "' predicts " + tasks.get(i).name() + " as "
                            + predictions.get(i).type() + ", but of images " + images.shape() + " the task wants "
                            + wanted);
                }
            }
            return List.copyOf(predictions);
        }
    }
}
