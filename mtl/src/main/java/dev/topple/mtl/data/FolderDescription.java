// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.TaskKind;
import dev.topple.mtl.task.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@value #FILE} says of a folder.
 *
 * @param images the folder with the images
 * @param splits for each split that there is, the file with the names of its images
 * @param labels for each task how its labels are kept
 */
record FolderDescription(Path images, Map<Split, Path> splits, List<Labels> labels) {

    static final String FILE = "topple-data.json";

    /**
     * How the labels of a task are kept. What a file holds means {@code scale * value + offset}, or of classes what
     * {@code values} says.
     *
     * @param place a folder with a file for each image, or of a task of the whole image a file with a line for each
     * @param invalid what files hold where the label is not valid, if anything
     * @param values the label for each value of files; if it is empty, they hold the labels themselves
     */
    record Labels(Task task, Path place, double scale, double offset, Optional<Double> invalid,
            Map<Integer, Integer> values) {}

    /**
     * Reads the description of a folder.
     *
     * @param more kinds of tasks beside those that are registered
     * @throws IllegalArgumentException if there is no such folder or no description
     * @throws dev.topple.engine.io.FormatException naming the place, if it is malformed
     */
    static FolderDescription read(Path folder, List<TaskKind> more) {
        JsonView json = json(folder);
        Map<Split, Path> splits = splits(folder, json);
        List<Labels> labels = new ArrayList<>();
        json.field("tasks").elements().forEach(task -> labels.add(labels(folder, task, more)));
        List<Task> tasks = labels.stream().map(Labels::task).toList();
        if (tasks.isEmpty() || Tasks.names(tasks).size() != tasks.size()) {
            throw json.field("tasks").fail("there must be tasks, each name once, not " + Tasks.names(tasks));
        }
        return new FolderDescription(inside(folder, json.field("images")), splits, List.copyOf(labels));
    }

    /** Whether the description of a folder names the images of a split. */
    static boolean hasSplit(Path folder, Split split) {
        return splits(folder, json(folder)).containsKey(split);
    }

    private static JsonView json(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": " + (Files.exists(folder)
                    ? "this is no folder; name the folder that holds " + FILE : "there is no such folder"));
        }
        if (!Files.exists(folder.resolve(FILE))) {
            throw new IllegalArgumentException(folder + ": there is no " + FILE + " here, which says where images and"
                    + " labels are; docs/data.md describes it");
        }
        return JsonView.read(folder.resolve(FILE)).only(Set.of("images", "splits", "tasks"));
    }

    private static Map<Split, Path> splits(Path folder, JsonView json) {
        Map<Split, Path> splits = new HashMap<>();
        json.optional("splits").ifPresent(all -> all.only(Set.of("train", "test")).fields()
                .forEach((name, file) -> splits.put(Split.of(name), inside(folder, file))));
        return Map.copyOf(splits);
    }

    private static Path inside(Path folder, JsonView name) {
        Path path = folder.resolve(name.asString()).normalize();
        if (name.asString().isBlank() || !path.startsWith(folder.normalize())) {
            throw name.fail("it must name something inside of the folder");
        }
        if (!Files.exists(path)) {
            throw name.fail("there is no such file or folder");
        }
        return path;
    }

    private static Labels labels(Path folder, JsonView json, List<TaskKind> more) {
        JsonValue.Builder task = JsonValue.object();
        json.fields().forEach((name, member) -> {
            if (!name.equals("labels")) {
                task.put(name, member.value());
            }
        });
        JsonObject described = task.build();
        JsonView labels = json.field("labels").only(Set.of("path", "scale", "offset", "invalid", "values"));
        Map<Integer, Integer> values = new HashMap<>();
        labels.optional("values").ifPresent(all -> all.fields().forEach((value, label) -> {
            if (!value.matches("-?[0-9]{1,9}")) {
                throw all.fail("a value of files is an integer, not '" + value + "'");
            }
            values.put(Integer.parseInt(value), label.asInt());
        }));
        double scale = labels.optional("scale").map(JsonView::asDouble).orElse(1.0);
        if (scale == 0 || !Double.isFinite(scale)) {
            throw labels.fail("the scale must not be " + scale);
        }
        return new Labels(Tasks.fromJson(JsonView.of(described, folder.resolve(FILE) + ": " + json.path()), more),
                inside(folder, labels.field("path")), scale,
                labels.optional("offset").map(JsonView::asDouble).orElse(0.0),
                labels.optional("invalid").map(JsonView::asDouble), Map.copyOf(values));
    }
}
