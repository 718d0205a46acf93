// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes one table of what was found, as Markdown for people and as JSON with the facts that it is made of. */
public final class Report {

    private Report() {}

    /**
     * Reads facts and writes the table.
     *
     * @param args {@code to=FOLDER title=TEXT from=FILE,FILE}: files of facts (.jsonl), JMH's results (a list in .json)
     *        and earlier reports (.json), whose facts are taken over; writes gpu-check.md and gpu-check.json
     */
    public static void main(String[] args) {
        Arguments arguments = Arguments.of(args);
        List<JsonView> facts = new ArrayList<>();
        for (String file : arguments.words("from")) {
            if (Files.exists(Path.of(file))) {
                facts.addAll(facts(Path.of(file)));
            }
        }
        List<Row> rows = new Rows(facts).all();
        String table = "# " + arguments.text("title") + "\n\n" + Row.markdown(rows);
        Path folder = Path.of(arguments.text("to"));
        AtomicFiles.write(folder.resolve("gpu-check.md"), table);
        Json.write(folder.resolve("gpu-check.json"), JsonValue.object().put("title", arguments.text("title"))
                .put("rows", rows.stream().map(Row::json).toList())
                .put("facts", facts.stream().map(JsonView::value).toList()).build());
        System.out.print("\n" + table);
    }

    private static List<JsonView> facts(Path file) {
        if (file.toString().endsWith(".jsonl")) {
            return lines(file);
        }
        JsonView json = JsonView.read(file);
        return json.value() instanceof JsonValue.JsonArray ? Jmh.steps(json) : json.field("facts").elements();
    }

    /** A line that another program did not finish is left out, and said to be. */
    private static List<JsonView> lines(Path file) {
        List<JsonView> facts = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                String source = file.getFileName() + ", line " + number;
                try {
                    if (!line.isBlank()) {
                        facts.add(JsonView.of(Json.parse(line, source), source));
                    }
                } catch (FormatException e) {
                    facts.add(JsonView.of(Skipped.fact("a fact", e.getMessage()), source));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
        return facts;
    }
}
