// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a process measured: numbers by what they are of and what they are, and remarks. */
final class Readings {

    private final Map<String, Map<String, Double>> numbers = new LinkedHashMap<>();
    private final Map<String, String> notes = new LinkedHashMap<>();

    void put(String of, String what, double value) {
        numbers.computeIfAbsent(of, name -> new LinkedHashMap<>()).put(what, value);
    }

    void note(String of, String text) {
        notes.put(of, text);
    }

    /**
     * A number.
     *
     * @throws IllegalStateException if the process did not measure it
     */
    double get(String of, String what) {
        Double value = numbers.getOrDefault(of, Map.of()).get(what);
        if (value == null) {
            throw new IllegalStateException("no " + what + " of '" + of + "' was measured");
        }
        return value;
    }

    /** All numbers of something. */
    Map<String, Double> of(String name) {
        return numbers.getOrDefault(name, Map.of());
    }

    /** All remarks. */
    Map<String, String> notes() {
        return notes;
    }

    void write(Path file) {
        JsonValue.Builder all = JsonValue.object();
        numbers.forEach((of, values) -> {
            JsonValue.Builder one = JsonValue.object();
            values.forEach(one::put);
            all.put(of, one.build());
        });
        JsonValue.Builder texts = JsonValue.object();
        notes.forEach(texts::put);
        Json.write(file, JsonValue.object().put("numbers", all.build()).put("notes", texts.build()).build());
    }

    static Readings read(Path file) {
        Readings readings = new Readings();
        JsonView json = JsonView.read(file);
        json.field("numbers").fields().forEach((of, values) -> values.fields()
                .forEach((what, value) -> readings.put(of, what, value.asDouble())));
        json.field("notes").fields().forEach((of, text) -> readings.note(of, text.asString()));
        return readings;
    }
}
