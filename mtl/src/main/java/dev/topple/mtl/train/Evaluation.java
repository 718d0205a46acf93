// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import java.util.List;

/**
 * How good a model's predictions on a data set were.
 *
 * @param images how many images there were
 * @param tasks each task that both know, in the order of the model
 */
public record Evaluation(int images, List<TaskEvaluation> tasks) {

    public Evaluation {
        tasks = List.copyOf(tasks);
    }

    /** One task by name. */
    public TaskEvaluation task(String name) {
        return tasks.stream().filter(task -> task.task().name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the task " + name + " was not evaluated"));
    }

    /** {@code {images, tasks: {TASK: {loss, METRIC…}}}}; null for what is not a finite number. */
    public JsonObject toJson() {
        JsonValue.Builder byTask = JsonValue.object();
        for (TaskEvaluation task : tasks) {
            JsonValue.Builder values = JsonValue.object().put("loss", number(task.loss()));
            task.metrics().forEach((name, value) -> values.put(name, number(value)));
            byTask.put(task.task().name(), values.build());
        }
        return JsonValue.object().put("images", images).put("tasks", byTask.build()).build();
    }

    private static JsonValue number(double value) {
        return Double.isFinite(value) ? JsonValue.of(value) : new JsonValue.JsonNull();
    }
}
