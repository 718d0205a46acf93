// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.List;
import java.util.Set;

/**
 * Everything about a model but the values of its weights: what its file says of it.
 *
 * @param encoder the encoder, of whose levels there are as many copies as {@code sharing} says
 * @param decoder the decoder of each task; tasks of the whole image have a linear one in any case
 * @param normalisation what is done to the colours first
 * @param tasks what is predicted, each task once
 * @param sharing which tasks share which levels of the encoder; tasks are numbered by their place in {@code tasks}
 */
public record ModelDescription(EncoderSettings encoder, DecoderSettings decoder, Normalisation normalisation,
        List<Task> tasks, Sharing sharing) {

    public ModelDescription {
        tasks = List.copyOf(tasks);
        if (tasks.isEmpty() || Tasks.names(tasks).size() != tasks.size()) {
            throw new IllegalArgumentException("a model has tasks, each once, not " + Tasks.names(tasks));
        }
        if (decoder instanceof LinearDecoder.Settings && tasks.stream().anyMatch(task -> !task.wholeImage())) {
            throw new IllegalArgumentException("a linear decoder predicts one thing of a whole image, and not one of"
                    + " every pixel as " + tasks.stream().filter(task -> !task.wholeImage()).findFirst().get().name()
                    + " wants; choose another decoder");
        }
        if (sharing.tasks() != tasks.size() || sharing.levels().size() != encoder.levels()) {
            throw new IllegalArgumentException("a layout of " + sharing.tasks() + " tasks and "
                    + sharing.levels().size() + " levels does not fit a model of " + tasks.size()
                    + " tasks whose encoder has " + encoder.levels() + " levels");
        }
    }

    /** A model whose tasks share the whole encoder. */
    public ModelDescription(EncoderSettings encoder, DecoderSettings decoder, Normalisation normalisation,
            List<Task> tasks) {
        this(encoder, decoder, normalisation, tasks, Sharing.allShared(Math.max(1, tasks.size()), encoder.levels()));
    }

    /** The decoder of a task: a linear one for tasks of the whole image, whatever that of the others is. */
    public DecoderSettings decoderOf(Task task) {
        return task.wholeImage() && !(decoder instanceof LinearDecoder.Settings)
                ? new LinearDecoder.Settings(1)
                : decoder;
    }

    /** The description as files hold it; a layout that shares everything is not mentioned. */
    public JsonObject toJson() {
        JsonValue.Builder json = JsonValue.object()
                .put("encoder", encoder.toJson())
                .put("decoder", decoder.toJson())
                .put("normalisation", normalisation.toJson())
                .put("tasks", tasks.stream().map(Tasks::toJson).toList());
        if (!sharing.allShared()) {
            json.put("sharing", sharing.levels().stream().map(ModelDescription::sets).toList());
        }
        return json.build();
    }

    private static JsonValue sets(List<List<Integer>> sets) {
        return JsonValue.array(sets.stream()
                .map(set -> JsonValue.integers(set.stream().mapToInt(Integer::intValue).toArray())).toList());
    }

    /**
     * The description that {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException if it is not exactly that
     */
    public static ModelDescription fromJson(JsonView json) {
        json.only(Set.of("encoder", "decoder", "normalisation", "tasks", "sharing"));
        EncoderSettings encoder = EncoderSettings.fromJson(json.field("encoder"));
        DecoderSettings decoder = DecoderSettings.fromJson(json.field("decoder"));
        List<Task> tasks = json.field("tasks").elements().stream().map(Tasks::fromJson).toList();
        try {
            Sharing sharing = json.optional("sharing").map(levels -> sharing(levels, tasks.size()))
                    .orElseGet(() -> Sharing.allShared(tasks.size(), encoder.levels()));
            return new ModelDescription(encoder, decoder, Normalisation.fromJson(json.field("normalisation")), tasks,
                    sharing);
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }

    private static Sharing sharing(JsonView levels, int tasks) {
        return new Sharing(tasks, levels.elements().stream()
                .map(level -> level.elements().stream()
                        .map(set -> set.elements().stream().map(JsonView::asInt).toList()).toList())
                .toList());
    }
}
