// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The tasks that files can name. */
public final class Tasks {

    private Tasks() {}

    /**
     * A task as files describe it.
     *
     * @throws IllegalArgumentException if it is none of those that files can name
     */
    public static JsonObject toJson(Task task) {
        JsonValue.Builder json = JsonValue.object().put("task", task.name());
        return switch (task) {
            case Segmentation segmentation -> json.put("classes", JsonValue.strings(segmentation.classes()))
                    .put("ignored", segmentation.ignored()).build();
            case Depth depth -> json.build();
            case Normals normals -> json.build();
            case Keypoints keypoints -> json.build();
            case Edges edges -> json.build();
            default -> throw new IllegalArgumentException("files cannot name the task " + task.name());
        };
    }

    /** The task that {@link #toJson} described. */
    public static Task fromJson(JsonView json) {
        JsonView name = json.field("task");
        return switch (name.asString()) {
            case Segmentation.NAME -> segmentation(json.only(Set.of("task", "classes", "ignored")));
            case Depth.NAME -> plain(json, new Depth());
            case Normals.NAME -> plain(json, new Normals());
            case Keypoints.NAME -> plain(json, new Keypoints());
            case Edges.NAME -> plain(json, new Edges());
            default -> throw name.fail("there is no such task; known are " + String.join(", ", List.of(
                    Segmentation.NAME, Depth.NAME, Normals.NAME, Keypoints.NAME, Edges.NAME)));
        };
    }

    /** A task of which there is nothing to say but its name. */
    private static Task plain(JsonView json, Task task) {
        json.only(Set.of("task"));
        return task;
    }

    private static Task segmentation(JsonView json) {
        List<String> classes = json.field("classes").elements().stream().map(JsonView::asString).toList();
        try {
            return new Segmentation(classes, json.field("ignored").asInt());
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }

    /** The names of tasks, in order. */
    public static Set<String> names(Collection<? extends Task> tasks) {
        Set<String> names = new LinkedHashSet<>();
        tasks.forEach(task -> names.add(task.name()));
        return names;
    }
}
