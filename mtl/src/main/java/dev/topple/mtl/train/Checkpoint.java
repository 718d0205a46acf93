// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a training in a file: every variable that a step reads, the number of steps done, the curve, the weights
 * that were judged best, and the configuration, in the format safetensors. It is written in one step, so that there is
 * always a whole one.
 */
final class Checkpoint {

    private static final String FORMAT = "topple-checkpoint";
    private static final String VERSION = "2";

    /** What the names of the weights start with that were judged best. */
    private static final String BEST = "best.";

    private final Path file;
    private final List<Variable> variables;
    private final JsonObject configuration;

    /**
     * @param variables the state
     * @param configuration what must agree for a training to go on
     */
    Checkpoint(Path file, List<Variable> variables, JsonObject configuration) {
        this.file = file;
        this.variables = List.copyOf(variables);
        this.configuration = configuration;
    }

    /**
     * Writes the file, and writes back to the device what it says, so that a device that computes with more digits than
     * the file holds goes on as it would resume.
     *
     * @throws DivergedException if a variable is not finite any more; the file is as it was
     */
    void save(Device device, int step, TrainingState state) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Variable variable : variables) {
            Tensor tensor = device.read(variable);
            requireFinite(variable, tensor, step);
            tensors.put(variable.name(), tensor);
        }
        Map<String, Tensor> all = new LinkedHashMap<>(tensors);
        state.best().forEach((name, tensor) -> all.put(BEST + name, tensor));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", VERSION);
        metadata.put("step", Integer.toString(step));
        metadata.put("configuration", Json.compact(configuration));
        metadata.put("state", Json.compact(state.toJson()));
        Safetensors.write(file, all, metadata);
        variables.forEach(variable -> device.write(variable, tensors.get(variable.name())));
    }

    private void requireFinite(Variable variable, Tensor tensor, int step) {
        for (float value : tensor.floats()) {
            if (!Float.isFinite(value)) {
                throw new DivergedException(variable.name() + " holds " + value + " after step " + step
                        + (Files.exists(file) ? "; the checkpoint " + file + " of an earlier step is kept" : "")
                        + "; train with a smaller learning rate");
            }
        }
    }

    /**
     * Reads the file into the device's variables.
     *
     * @param state takes over what the file says besides
     * @return how many steps were done
     * @throws FormatException if it is no checkpoint, or one of another training
     */
    int load(Device device, TrainingState state) {
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            int step = check(open);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            variables.forEach(variable -> tensors.put(variable.name(), open.read(variable.name())));
            variables.forEach(variable -> device.write(variable, tensors.get(variable.name())));
            Map<String, Tensor> best = new LinkedHashMap<>();
            open.names().stream().filter(name -> name.startsWith(BEST))
                    .forEach(name -> best.put(name.substring(BEST.length()), open.read(name)));
            String source = file + ": metadata state";
            state.read(JsonView.of(Json.parse(open.metadata("state").orElse(""), source), source), best);
            return step;
        }
    }

    /**
     * Looks whether {@link #load} would go on with this file.
     *
     * @throws FormatException if it is no checkpoint, or one of another training
     */
    void check() {
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            check(open);
        }
    }

    private int check(SafetensorsFile open) {
        if (!open.metadata("format").equals(Optional.of(FORMAT))
                || !open.metadata("version").equals(Optional.of(VERSION))) {
            throw new FormatException(file.toString(), "this is no checkpoint of this program's version; move it"
                    + " away, or name another file");
        }
        compare(open);
        for (Variable variable : variables) {
            if (!open.contains(variable.name()) || !open.type(variable.name()).equals(variable.type())) {
                throw new FormatException(file.toString(), "the checkpoint is of another model: it has no " + variable);
            }
        }
        long count = open.names().stream().filter(name -> !name.startsWith(BEST)).count();
        if (count != variables.size()) {
            throw new FormatException(file.toString(), "the checkpoint is of another model: it has "
                    + count + " tensors instead of " + variables.size());
        }
        return step(open.metadata("step").orElse(""));
    }

    private int step(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new FormatException(file.toString(), "the checkpoint's step is no number", e);
        }
    }

    private void compare(SafetensorsFile open) {
        String source = file + ": metadata configuration";
        JsonValue saved = Json.parse(open.metadata("configuration").orElse(""), source);
        Map<String, JsonView> members = JsonView.of(saved, source).fields();
        List<String> different = new ArrayList<>();
        configuration.members().forEach((name, value) -> {
            if (!members.containsKey(name)) {
                different.add(name);
            } else if (!members.get(name).value().equals(value)) {
                different.add(name + " " + Json.compact(members.get(name).value()) + " instead of "
                        + Json.compact(value));
            }
        });
        if (!different.isEmpty()) {
            throw new FormatException(file.toString(), "the checkpoint is of a training with "
                    + String.join(", ", different) + "; repeat its settings to go on, or name another file");
        }
    }
}
