// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where findings go: a file that gets a line of JSON for each, at once, so that what was found survives a crash. */
public record Facts(Path file) {

    /** Adds one; it must say its {@code kind}. */
    public void add(JsonValue.JsonObject fact) {
        String line = Json.compact(fact) + "\n";
        System.out.print(line);
        try {
            Files.write(file, line.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
