// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.util.ArrayList;
import java.util.List;

/** A table of plain text: the first column to the left, the others to the right. */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Integer> rules = new ArrayList<>();

    /** Adds a row; rows may have different lengths. */
    Table row(String... cells) {
        return row(List.of(cells));
    }

    /** Adds a row; rows may have different lengths. */
    Table row(List<String> cells) {
        rows.add(List.copyOf(cells));
        return this;
    }

    /** Adds a line across the table. */
    Table rule() {
        rules.add(rows.size());
        return this;
    }

    /** The lines of the table, each without a line end. */
    List<String> lines() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        int total = Math.max(0, 2 * (columns - 1));
        for (int width : widths) {
            total += width;
        }
        List<String> lines = new ArrayList<>();
        for (int r = 0; r <= rows.size(); r++) {
            if (rules.contains(r)) {
                lines.add("-".repeat(total));
            }
            if (r < rows.size()) {
                lines.add(line(rows.get(r), widths));
            }
        }
        return lines;
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            String gap = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : "  ").append(i == 0 ? row.get(i) + gap : gap + row.get(i));
        }
        return line.toString().stripTrailing();
    }
}
