// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.JsonView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes a Markdown table of JMH's JSON: a row per combination of parameters, with the median time, the spread, the bytes
 * allocated per operation, and the ratio to the row that differs in one parameter alone.
 */
public final class Tables {

    /** What is measured of one combination of parameters. */
    private record Row(Map<String, String> parameters, double median, double low, double high, double bytes) {}

    private Tables() {}

    /**
     * Writes the table and prints it.
     *
     * @param args JMH's JSON, the file to write, the title, and {@code PARAMETER=VALUE}: what ratios are taken against
     */
    public static void main(String[] args) {
        if (args.length != 4 || args[3].indexOf('=') < 1) {
            throw new IllegalArgumentException("usage: Tables JMH.json TABLE.md TITLE PARAMETER=VALUE");
        }
        List<Row> rows = rows(JsonView.read(Path.of(args[0])));
        int equals = args[3].indexOf('=');
        String table = markdown(rows, args[2], args[3].substring(0, equals), args[3].substring(equals + 1));
        AtomicFiles.write(Path.of(args[1]), table);
        System.out.print(table);
    }

    private static List<Row> rows(JsonView json) {
        List<Row> rows = new ArrayList<>();
        for (JsonView result : json.elements()) {
            Map<String, String> parameters = new LinkedHashMap<>();
            JsonView given = result.field("params");
            given.fields().forEach((name, value) -> parameters.put(name, value.asString()));
            List<Double> times = new ArrayList<>();
            for (JsonView fork : result.field("primaryMetric").field("rawData").elements()) {
                fork.elements().forEach(time -> times.add(time.asDouble()));
            }
            times.sort(null);
            double bytes = result.field("secondaryMetrics").optional("gc.alloc.rate.norm")
                    .map(metric -> metric.field("score").asDouble()).orElse(Double.NaN);
            rows.add(
                    new Row(parameters, times.get(times.size() / 2), times.get(0), times.get(times.size() - 1), bytes));
        }
        return rows;
    }

    private static String markdown(List<Row> rows, String title, String parameter, String base) {
        StringBuilder text = new StringBuilder("# " + title + "\n\n");
        text.append(String.format(Locale.ROOT, "Java %s, %d processors. Median (least to most), milliseconds.%n%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors()));
        List<String> names = List.copyOf(rows.get(0).parameters().keySet());
        text.append("| ").append(String.join(" | ", names)).append(" | ms | spread | bytes | to ").append(parameter)
                .append(' ').append(base).append(" |\n|").append(" --- |".repeat(names.size()))
                .append(" ---: | ---: | ---: | ---: |\n");
        for (Row row : rows) {
            text.append("| ").append(String.join(" | ", row.parameters().values()));
            text.append(String.format(Locale.ROOT, " | %.2f | %.2f to %.2f | %.0f | %s |%n", row.median(), row.low(),
                    row.high(), row.bytes(), ratio(row, rows, parameter, base)));
        }
        return text.toString();
    }

    private static String ratio(Row row, List<Row> rows, String parameter, String base) {
        Map<String, String> wanted = new LinkedHashMap<>(row.parameters());
        wanted.put(parameter, base);
        return rows.stream().filter(other -> other.parameters().equals(wanted)).findFirst()
                .map(other -> String.format(Locale.ROOT, "%.2f", row.median() / other.median()))
                .orElse("");
    }
}
