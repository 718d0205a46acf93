// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.io.JsonView;
import java.util.Set;
import java.util.function.Function;

/**
 * By what name files know some tasks, and how they describe them. A kind of one's own is found if it is a service, that
 * is, if a file {@code META-INF/services/dev.topple.mtl.task.TaskKind} (or {@code provides} in a module) names a class
 * with a public constructor without parameters; or it is passed to {@link Tasks#fromJson(JsonView, java.util.List)}.
 */
public interface TaskKind {

    /** What descriptions have as {@code task}: lower case letters, digits and {@code -}; none of another kind. */
    String name();

    /**
     * The task that {@link Task#description} describes.
     *
     * @throws dev.topple.engine.io.FormatException if it is not exactly that ({@link JsonView#fail})
     */
    Task read(JsonView description);

    /** A kind of a name. */
    static TaskKind of(String name, Function<JsonView, Task> reader) {
        return new TaskKind() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Task read(JsonView description) {
                return reader.apply(description);
            }

            @Override
            public String toString() {
                return "TaskKind " + name;
            }
        };
    }

    /** A kind of a single task, of which there is nothing to say but its name. */
    static TaskKind of(Task task) {
        return of(task.name(), description -> {
            description.only(Set.of("task"));
            return task;
        });
    }
}
