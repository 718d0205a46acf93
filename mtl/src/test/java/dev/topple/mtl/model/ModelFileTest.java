// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFileTest {

    private static final Provenance PROVENANCE =
            new Provenance(42, "topple train --seed 42", JsonValue.object().put("mIoU", 0.5).build());

    @TempDir
    private Path folder;

    private final MultiTaskModel model = MultiTaskModel.create("tiny", MultiTaskModelTest.TINY, 1);

    private Map<String, Tensor> initial() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.variables().forEach((name, variable) -> values.put(name, variable.initial()));
        return values;
    }

    private Path saved(StoredType floats) {
        Path file = folder.resolve("model.safetensors");
        ModelFile.save(file, model, initial(), PROVENANCE, floats);
        return file;
    }

    private void rewrite(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            Map<String, Tensor> all = new HashMap<>(open.readAll());
            Map<String, String> texts = new HashMap<>(open.metadata());
            all.putAll(tensors);
            texts.putAll(metadata);
            Safetensors.write(file, all, texts);
        }
    }

    @Test
    void aModelSurvivesAFile() {
        ModelFile loaded = ModelFile.load(saved(StoredType.F32));
        assertEquals(PROVENANCE, loaded.provenance());
        assertEquals(model.description(), loaded.model().description());
        initial().forEach(
                (name, value) -> assertTrue(value.sameBits(loaded.model().variables().get(name).initial()), name));
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            ModelFile.values(device, loaded.model())
                    .forEach((name, value) -> assertTrue(value.sameBits(initial().get(name)), name));
        }
    }

    @Test
    void halfPrecisionIsHalfTheSize() throws IOException {
        long whole = Files.size(saved(StoredType.F32));
        Path file = saved(StoredType.F16);
        assertTrue(Files.size(file) < whole);
        float[] weights = ModelFile.load(file).model().variables().get("encoder.stem.weight").initial().floats();
        float[] exact = initial().get("encoder.stem.weight").floats();
        for (int i = 0; i < weights.length; i++) {
            assertEquals(exact[i], weights[i], Math.abs(exact[i]) / 2048 + 1e-7);
        }
    }

    private void assertRefused(Path file, String... words) {
        String message = assertThrows(FormatException.class, () -> ModelFile.load(file)).getMessage();
        assertEquals(1, message.lines().count());
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    @Test
    void tensorsMustBeThoseOfTheModel() {
        Path file = saved(StoredType.F32);
        rewrite(file, Map.of("encoder.extra", Tensor.scalar(1)), Map.of());
        assertRefused(file, "extra: encoder.extra");
        rewrite(saved(StoredType.F32), Map.of("encoder.stem.weight", Tensor.scalar(1)), Map.of());
        assertRefused(file, "unfit: encoder.stem.weight", "[4x3x3x3]");
        float[] nan = initial().get("encoder.stem.weight").floats().clone();
        nan[5] = Float.NaN;
        rewrite(saved(StoredType.F32), Map.of("encoder.stem.weight", Tensor.of(Shape.of(4, 3, 3, 3), nan)), Map.of());
        assertRefused(file, "encoder.stem.weight holds NaN");
        Map<String, Tensor> few = initial();
        few.keySet().removeIf(name -> name.startsWith("decoder.depth"));
        try (SafetensorsFile open = SafetensorsFile.open(saved(StoredType.F32))) {
            Safetensors.write(file, few, open.metadata());
        }
        assertRefused(file, "missing: decoder.depth.lateral0.weight", "more");
    }

    @Test
    void aDescriptionCannotAskForMoreMemoryThanItsFileHas() {
        Path file = saved(StoredType.F32);
        String wide = Json.compact(MultiTaskModelTest.TINY.toJson()).replace("\"widths\":[4,6]", "\"widths\":[4,4096]")
                .replace("\"blocks\":[1,1]", "\"blocks\":[1,64]");
        rewrite(file, Map.of(), Map.of("model", wide));
        assertRefused(file, "missing", "unfit");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = saved(StoredType.F32);
        rewrite(file, Map.of(), Map.of("format", "else"));
        assertRefused(file, "holds no model");
        rewrite(saved(StoredType.F32), Map.of(), Map.of("version", "9"));
        assertRefused(file, "version 9");
        rewrite(saved(StoredType.F32), Map.of(), Map.of("seed", "x"));
        assertRefused(file, "seed");
        byte[] bytes = Files.readAllBytes(saved(StoredType.F32));
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(file, file.toString());
        Files.write(file, new byte[] {1, 2, 3});
        assertRefused(file, "too short");
    }

    @Test
    void descriptionsSurviveJson() {
        String text = Json.pretty(MultiTaskModelTest.TINY.toJson());
        assertEquals(MultiTaskModelTest.TINY, ModelDescription.fromJson(JsonView.of(Json.parse(text, "test"), "test")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"widths\":[4,6]|\"widths\":[4]", "\"stem\":4|\"stem\":0", "\"stem\":4|\"stem\":4.5",
        "\"kind\":\"residual\"|\"kind\":\"dense\"", "\"width\":4|\"width\":-1",
        "\"width\":4|\"width\":4,\"more\":1",
        "\"deviation\":[0.25,0.25,0.25]|\"deviation\":[0.25,0.25,0]",
        "{\"task\":\"depth\"}|{\"task\":\"normals\"}", "\"mean\":[0.5,0.5,0.5]|\"mean\":[0.5,0.5]"})
    void otherDescriptionsAreRefused(String change) {
        String text = Json.compact(MultiTaskModelTest.TINY.toJson());
        String[] parts = change.split("\\|");
        assertTrue(text.contains(parts[0]), text);
        JsonView json = JsonView.of(Json.parse(text.replace(parts[0], parts[1]), "test"), "test");
        assertThrows(FormatException.class, () -> ModelDescription.fromJson(json));
    }
}
