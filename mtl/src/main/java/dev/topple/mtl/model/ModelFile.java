// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.Device;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Tensor;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in a file: its weights in the format safetensors, its description and provenance in the metadata
 * ({@code format}, {@code version}, {@code model}, {@code seed}, {@code command}, {@code metrics}, {@code training}).
 *
 * @param model the model, its variables starting with the weights of the file
 * @param provenance where they come from
 */
public record ModelFile(MultiTaskModel model, Provenance provenance) {

    private static final String FORMAT = "topple-model";
    private static final String VERSION = "1";

    /** The present values of a model's variables on a device, by name. */
    public static Map<String, Tensor> values(Device device, MultiTaskModel model) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.variables().forEach((name, variable) -> values.put(name, device.read(variable)));
        return values;
    }

    /**
     * Writes a file in one step.
     *
     * @param values the weights by the names of the model's variables
     * @param floats how to store them: F32, or F16 for half the size
     * @throws dev.topple.engine.io.FormatException if the values do not fit the model
     */
    public static void save(Path file, MultiTaskModel model, Map<String, Tensor> values, Provenance provenance,
            StoredType floats) {
        // Refuses what load would refuse.
        MultiTaskModel.of(model.name(), model.description(), values, file.toString());
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", VERSION);
        metadata.put("model", Json.compact(model.description().toJson()));
        metadata.put("seed", Long.toString(provenance.seed()));
        metadata.put("command", provenance.command());
        metadata.put("metrics", Json.compact(provenance.metrics()));
        if (!provenance.training().members().isEmpty()) {
            metadata.put("training", Json.compact(provenance.training()));
        }
        Safetensors.write(file, values, metadata, floats);
    }

    /**
     * Reads a file; the model's name is the file's.
     *
     * @throws FormatException if it is no model file, or its tensors are not exactly those of the model it describes
     */
    public static ModelFile load(Path file) {
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            return read(open, file.toString());
        }
    }

    /**
     * Reads a stream to its end.
     *
     * @param source what messages call it
     * @param name the model's name
     */
    public static ModelFile load(InputStream in, String source, String name) {
        try (SafetensorsFile open = SafetensorsFile.of(in, source)) {
            return read(open, name);
        }
    }

    private static ModelFile read(SafetensorsFile file, String name) {
        String source = file.source();
        if (!text(file, "format").equals(FORMAT)) {
            throw new FormatException(source, "this safetensors file holds no model of Topple; its metadata lack"
                    + " the format " + FORMAT);
        }
        if (!text(file, "version").equals(VERSION)) {
            throw new FormatException(source, "this model file is of version " + text(file, "version")
                    + ", this program reads version " + VERSION);
        }
        JsonView json = JsonView.of(Json.parse(text(file, "model"), source + ": metadata model"),
                source + ": metadata model");
        ModelDescription description = ModelDescription.fromJson(json);
        MultiTaskModel model = MultiTaskModel.of(name, description, file.readAll(), source);
        return new ModelFile(model, provenance(file));
    }

    private static Provenance provenance(SafetensorsFile file) {
        String source = file.source();
        try {
            long seed = Long.parseLong(text(file, "seed"));
            JsonObject training = file.metadata("training").isPresent()
                    ? object(file, "training")
                    : JsonValue.object().build();
            return new Provenance(seed, text(file, "command"), object(file, "metrics"), training);
        } catch (NumberFormatException e) {
            throw new FormatException(source, "the metadata seed is no integer", e);
        }
    }

    private static JsonObject object(SafetensorsFile file, String key) {
        return switch (Json.parse(text(file, key), file.source() + ": metadata " + key)) {
            case JsonObject object -> object;
            default -> throw new FormatException(file.source(), "the metadata " + key + " are no object");
        };
    }

    private static String text(SafetensorsFile file, String key) {
        return file.metadata(key).orElse("");
    }
}
