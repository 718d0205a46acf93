// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.io.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A row of the table.
 *
 * @param part what it belongs to
 * @param what what was looked at
 * @param result what came out
 * @param floor what bounds it from below and how far it is from that, or nothing
 * @param wanted what it should be, or nothing
 * @param ok whether it is, where something was wanted
 */
record Row(String part, String what, String result, String floor, String wanted, Optional<Boolean> ok) {

    static Row of(String part, String what, String result) {
        return new Row(part, what, result, "", "", Optional.empty());
    }

    Row over(String bound) {
        return new Row(part, what, result, bound, wanted, ok);
    }

    Row wanting(String what, boolean met) {
        return new Row(part, this.what, result, floor, what, Optional.of(met));
    }

    JsonValue.JsonObject json() {
        JsonValue.Builder json = JsonValue.object().put("part", part).put("what", what).put("result", result)
                .put("floor", floor).put("wanted", wanted);
        ok.ifPresent(met -> json.put("ok", met));
        return json.build();
    }

    static String markdown(List<Row> rows) {
        StringBuilder text = new StringBuilder("| part | what | result | floor | wanted | |\n"
                + "| --- | --- | --- | --- | --- | --- |\n");
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "| %s | %s | %s | %s | %s | %s |%n", cell(row.part), cell(row.what),
                    cell(row.result), cell(row.floor), cell(row.wanted),
                    row.ok.map(met -> met ? "yes" : "**NO**").orElse("")));
        }
        return text.toString();
    }

    private static String cell(String text) {
        return text.replaceAll("\\s+", " ").replace("|", "\\|");
    }
}
