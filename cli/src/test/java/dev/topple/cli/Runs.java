// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.Provenance;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs the program inside the test, and makes models that are too small to be good at anything. */
final class Runs {

    /** What a run came to. */
    record Outcome(int status, String out, String err) {

        /** The run, which must have ended well. */
        Outcome succeeded() {
            assertEquals(0, status, err);
            return this;
        }

        /** Standard output, which must be one JSON document and nothing else. */
        JsonView json() {
            return JsonView.of(Json.parse(out, "standard output"), "standard output");
        }

        /** The lines on standard error. */
        List<String> errLines() {
            return err.lines().toList();
        }

        /** The run must have been refused with a single line, which says all of this. */
        void refused(String... parts) {
            assertEquals(1, errLines().size(), err);
            refusedLate(parts);
        }

        /** The run must have been refused with a line after its first remarks. */
        void refusedLate(String... parts) {
            assertEquals(2, status, err);
            assertEquals("", out);
            String line = errLines().getLast();
            assertTrue(line.startsWith("topple: "), err);
            assertEquals(List.of(), errLines().stream().filter(each -> each.startsWith("\tat ")).toList());
            for (String part : parts) {
                assertTrue(line.contains(part), () -> "'" + part + "' is missing: " + line);
            }
        }
    }

    private Runs() {}

    /** Runs a command line. */
    static Outcome run(List<String> args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.execute(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    /** Runs a command line. */
    static Outcome run(String... args) {
        return run(List.of(args));
    }

    /** Runs a command line in a process of its own, with options for Java and names and values for its environment. */
    static Process process(List<String> args, List<String> options, String... environment) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(Main.class.getName());
        command.addAll(args);
        ProcessBuilder builder = new ProcessBuilder(command);
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** A command line from its words, and more of them. */
    static List<String> words(String line, Object... more) {
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        for (Object word : more) {
            words.add(word.toString());
        }
        return words;
    }

    /** Writes a small model with random weights. */
    static Path model(Path folder) {
        ModelDescription description = new ModelDescription(
                new ResidualEncoder.Settings(4, List.of(4, 6), List.of(1, 1)), new PyramidDecoder.Settings(4),
                Normalisation.USUAL, RoomsDataset.tasks());
        MultiTaskModel model = MultiTaskModel.create("small", description, 7);
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.variables().forEach((name, variable) -> values.put(name, variable.initial()));
        Path file = folder.resolve("small.safetensors");
        ModelFile.save(file, model, values, new Provenance(7, "a test", JsonValue.object().build()), StoredType.F32);
        return file;
    }

    /** Writes another model file with some of the tensors and metadata changed. */
    static Path changed(Path model, String name, Consumer<Map<String, Tensor>> tensors,
            Consumer<Map<String, String>> metadata) {
        try (SafetensorsFile file = SafetensorsFile.open(model)) {
            Map<String, Tensor> values = new LinkedHashMap<>(file.readAll());
            Map<String, String> texts = new LinkedHashMap<>(file.metadata());
            tensors.accept(values);
            metadata.accept(texts);
            Path result = model.resolveSibling(name);
            Safetensors.write(result, values, texts);
            return result;
        }
    }

    /** The names of everything in a folder, hidden files too. */
    static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
