// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results in a folder, {@code peers.json} and {@code peers.md}: what is measured anew replaces what was there. */
final class Results {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final Path json;
    private final Path markdown;
    private final List<Row> rows = new ArrayList<>();

    Results(Path folder) {
        json = folder.resolve("peers.json");
        markdown = folder.resolve("peers.md");
        if (Files.exists(json)) {
            JsonView.read(json).elements().forEach(row -> rows.add(Row.fromJson(row)));
        }
    }

    /** Replaces the rows of a part and a number of threads, and writes both files. */
    void replace(Part part, int threads, List<Row> fresh) {
        rows.removeIf(row -> row.part() == part && (row.threads() == threads || part.once()));
        rows.addAll(fresh);
        Json.write(json, JsonValue.array(rows.stream().map(Row::toJson).toList()));
        AtomicFiles.write(markdown, text());
    }

    private String text() {
        StringBuilder text = new StringBuilder("# Topple beside libtorch\n\n");
        text.append(String.format(Locale.ROOT,
                "%s, %d processors; Java %s; libtorch 2.7.1 (eager, NCHW) through DJL. Median (least to most) of"
                        + " processes that took turns; `ratio` is the median of the paired ratios, peer over Topple:"
                        + " above 1, Topple needs less. With 1 thread times are those of the thread on the processor,"
                        + " with more they are those of the clock. Shares of the peak are of a loop of fused"
                        + " multiplications and additions, all those of a direct convolution counted.%n",
                processor(), Runtime.getRuntime().availableProcessors(), Runtime.version()));
        for (Part part : Part.values()) {
            List<Row> own = rows.stream().filter(row -> row.part() == part).toList();
            if (!own.isEmpty()) {
                text.append(table(part, own));
            }
        }
        return text.toString();
    }

    private static String table(Part part, List<Row> rows) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%n## %s%n%nLoad average meanwhile: up to %.1f.%n%n", part.text(),
                rows.stream().mapToDouble(Row::load).max().orElse(0)));
        if (part == Part.CONV) {
            text.append("""
                    A convolution takes and gives plain NCHW, as libtorch's does; `inside a network` is what one more
                    takes that also adds to its result, in the device's own layout.

                    """);
        }
        text.append("""
                | case | threads | Topple | peer | | ratio | how | share of peak | |
                | --- | ---: | ---: | --- | ---: | ---: | --- | ---: | --- |
                """);
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT,
                    "| %s | %d | %s | %s | %s | **%.2f** (%.2f to %.2f) | %s | %s | %s |%n",
                    row.name(), row.threads(), spread(row.topple(), row.unit()), row.peer(),
                    spread(row.other(), row.unit()), row.ratio().median(), row.ratio().low(), row.ratio().high(),
                    row.algorithm(), Double.isNaN(row.share()) ? "" : String.format(Locale.ROOT, "%.0f %%",
                            100 * row.share()),
                    row.remark()));
        }
        return text.toString();
    }

    private static String spread(Row.Spread spread, String unit) {
        return number(spread.median()) + " " + unit + " (" + number(spread.low()) + " to " + number(spread.high())
                + ")";
    }

    private static String number(double value) {
        double size = Math.abs(value);
        String format = size == 0 || size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.2e";
        return String.format(Locale.ROOT, format, value);
    }

    private static String processor() {
        try {
            return Files.readAllLines(PROCESSORS).stream().filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown processor");
        } catch (IOException e) {
            throw new UncheckedIOException("the processor is looked up on Linux alone: " + e.getMessage(), e);
        }
    }
}
