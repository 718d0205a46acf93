// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all studies have in common: a model, labelled images, a device, and where the result goes. */
final class StudyOptions {

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Whatever is random follows from it. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8",
            description = "Images at a time; results do not depend on it. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Mixin
    private DeviceOption device;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "topple-results",
            description = "Where the JSON file goes. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--json", description = "Print the JSON instead of a table.")
    private boolean json;

    /** A study that can begin. */
    record Subject(Model model, Dataset images, Device device, long seed, int batch, PrintWriter err)
            implements AutoCloseable {

        /** The beginning of a study's JSON. */
        JsonValue.Builder document(String study) {
            return JsonValue.object().put("study", study).put("model", model.name()).put("data", images.name())
                    .put("images", images.size()).put("device", device.name()).put("seed", seed);
        }

        @Override
        public void close() {
            device.close();
        }
    }

    /**
     * Checks and opens everything.
     *
     * @param file the name of the study's file
     * @throws IllegalArgumentException in one line
     */
    Subject open(String study, String file, PrintWriter err) {
        Figures.requirePositive("--batch", batch);
        MultiTaskModel target = model.load().model();
        Dataset images = data.open(target, err);
        List<String> missing = target.tasks().stream().map(Task::name)
                .filter(task -> !images.labelled().contains(task)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(images.name() + " has no labels of " + String.join(", ", missing)
                    + ", without which there is nothing to study; take rooms or nyuv2:FOLDER");
        }
        Output.requireFolder(out, file);
        Device opened = device.open();
        err.println("studying " + study + " of " + Complaint.line(target.name()) + " on "
                + Figures.count(images.size(), "image") + " of " + Complaint.line(images.name()) + "; "
                + opened.description());
        return new Subject(target, images, opened, seed, Math.min(batch, images.size()), err);
    }

    /** Writes the file and prints it or the lines. */
    void report(JsonValue document, String file, List<String> lines, PrintWriter printer) {
        Json.write(out.resolve(file), document);
        if (json) {
            printer.println(Json.pretty(document).stripTrailing());
            return;
        }
        lines.forEach(printer::println);
        printer.println("Written: " + out.resolve(file));
    }
}
