// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** The tasks that files can name: those of Topple, and those of whoever adds some. */
public final class Tasks {

    private static final List<TaskKind> OWN = List.of(
            TaskKind.of(Segmentation.NAME, Segmentation::read),
            TaskKind.of(new Depth()),
            TaskKind.of(new Normals()),
            TaskKind.of(new Keypoints()),
            TaskKind.of(new Edges()),
            TaskKind.of(Classification.KIND, Classification::read));

    private Tasks() {}

    /**
     * All kinds of tasks that are on the class path or module path, Topple's own first.
     *
     * @throws IllegalArgumentException if a kind that is registered cannot be loaded
     */
    public static List<TaskKind> kinds() {
        List<TaskKind> kinds = new ArrayList<>(OWN);
        try {
            ServiceLoader.load(TaskKind.class, TaskKind.class.getClassLoader()).forEach(kinds::add);
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException("a kind of tasks that is registered as a service cannot be used: "
                    + e.getMessage(), e);
        }
        return kinds;
    }

    /**
     * A task as files describe it.
     *
     * @throws IllegalArgumentException if the description names no kind, so that nobody could read it
     */
    public static JsonObject toJson(Task task) {
        JsonObject description = task.description();
        if (!(description.members().get("task") instanceof JsonString)) {
            throw new IllegalArgumentException("the description of the task " + task.name() + " has no text 'task'"
                    + " that says which kind of task it is");
        }
        return description;
    }

    /**
     * The task that {@link #toJson} described, of {@link #kinds()}.
     *
     * @throws dev.topple.engine.io.FormatException if it is none of them, or two kinds have its name
     */
    public static Task fromJson(JsonView json) {
        return fromJson(json, List.of());
    }

    /**
     * The task that {@link #toJson} described.
     *
     * @param more kinds beside {@link #kinds()}
     * @throws dev.topple.engine.io.FormatException if it is none of them, or two kinds have its name
     */
    public static Task fromJson(JsonView json, List<TaskKind> more) {
        JsonView name = json.field("task");
        List<TaskKind> kinds = new ArrayList<>(kinds());
        kinds.addAll(more);
        List<TaskKind> named = kinds.stream().filter(kind -> kind.name().equals(name.asString())).toList();
        if (named.isEmpty()) {
            throw name.fail("there is no such task; known are "
                    + String.join(", ", kinds.stream().map(TaskKind::name).toList()));
        }
        if (named.size() > 1) {
            throw name.fail("several kinds of tasks have this name: "
                    + String.join(", ", named.stream().map(kind -> kind.getClass().getName()).toList()));
        }
        return named.getFirst().read(json);
    }

    /** The names of tasks, in order. */
    public static Set<String> names(Collection<? extends Task> tasks) {
        Set<String> names = new LinkedHashSet<>();
        tasks.forEach(task -> names.add(task.name()));
        return names;
    }

    /** The task of a name among some. */
    public static <T extends Task> Optional<T> named(String name, Collection<T> tasks) {
        return tasks.stream().filter(task -> task.name().equals(name)).findFirst();
    }

    /** The names of classes that files list; the caller refuses what makes no sense. */
    static List<String> classes(JsonView json) {
        return json.field("classes").elements().stream().map(JsonView::asString).toList();
    }

    /** The member {@code classes} that {@link #classes} reads. */
    static JsonValue classes(List<String> names) {
        return JsonValue.strings(names);
    }
}
