// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.List;
import java.util.Set;

/**
 * Everything about a model but the values of its weights: what its file says of it.
 *
 * @param encoder the encoder that all tasks share
 * @param decoder the decoder of each task
 * @param normalisation what is done to the colours first
 * @param tasks what is predicted, each task once
 */
public record ModelDescription(ResidualEncoder.Settings encoder, PyramidDecoder.Settings decoder,
        Normalisation normalisation, List<Task> tasks) {

    public ModelDescription {
        tasks = List.copyOf(tasks);
        if (tasks.isEmpty() || Tasks.names(tasks).size() != tasks.size()) {
            throw new IllegalArgumentException("a model has tasks, each once, not " + Tasks.names(tasks));
        }
    }

    /** The description as files hold it. */
    public JsonObject toJson() {
        return JsonValue.object()
                .put("encoder", encoder.toJson())
                .put("decoder", decoder.toJson())
                .put("normalisation", normalisation.toJson())
                .put("tasks", tasks.stream().map(Tasks::toJson).toList())
                .build();
    }

    /**
     * The description that {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException if it is not exactly that
     */
    public static ModelDescription fromJson(JsonView json) {
        json.only(Set.of("encoder", "decoder", "normalisation", "tasks"));
        JsonView encoder = kind(json.field("encoder"), ResidualEncoder.KIND);
        JsonView decoder = kind(json.field("decoder"), PyramidDecoder.KIND);
        List<Task> tasks = json.field("tasks").elements().stream().map(Tasks::fromJson).toList();
        try {
            return new ModelDescription(ResidualEncoder.Settings.fromJson(encoder),
                    PyramidDecoder.Settings.fromJson(decoder), Normalisation.fromJson(json.field("normalisation")),
                    tasks);
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }

    private static JsonView kind(JsonView part, String known) {
        JsonView kind = part.field("kind");
        if (!kind.asString().equals(known)) {
            throw kind.fail("there is no such kind; known is " + known);
        }
        return part;
    }
}
