// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A table of plain text: the first column to the left, the others to the right. Where it is wider than the look allows,
 * it is cut into several, one below the other, each with the leading columns.
 */
final class Table {

    private static final String GAP = "  ";

    private sealed interface Line {

        record Cells(List<String> cells, boolean bold) implements Line {}

        record Heading(String text) implements Line {}

        record Rule() implements Line {}
    }

    private final int leading;
    private final List<Line> lines = new ArrayList<>();

    /** An empty table; its first {@code leading} columns are repeated where it has to be cut. */
    Table(int leading) {
        this.leading = leading;
    }

    /** Adds a row; rows may have different lengths. */
    Table row(String... cells) {
        return row(List.of(cells));
    }

    /** Adds a row; rows may have different lengths. */
    Table row(List<String> cells) {
        lines.add(new Line.Cells(List.copyOf(cells), false));
        return this;
    }

    /** Adds a row that stands out. */
    Table boldRow(List<String> cells) {
        lines.add(new Line.Cells(List.copyOf(cells), true));
        return this;
    }

    /** Adds a line of text that belongs to no column. */
    Table heading(String text) {
        lines.add(new Line.Heading(text));
        return this;
    }

    /** Adds a line across the table. */
    Table rule() {
        lines.add(new Line.Rule());
        return this;
    }

    /** The lines of the table, each without a line end. */
    List<String> lines(Look look) {
        int[] widths = widths();
        List<String> text = new ArrayList<>();
        for (int[] columns : parts(widths, look.columns())) {
            if (!text.isEmpty()) {
                text.add("");
            }
            int total = width(columns, widths);
            for (Line line : lines) {
                text.add(switch (line) {
                    case Line.Cells(List<String> cells, boolean bold) -> bold
                            ? look.bold(format(cells, columns, widths))
                            : format(cells, columns, widths);
                    case Line.Heading(String heading) -> heading;
                    case Line.Rule() -> look.rule(total);
                });
            }
        }
        return text;
    }

    private int[] widths() {
        List<List<String>> rows = new ArrayList<>();
        for (Line line : lines) {
            if (line instanceof Line.Cells(List<String> cells, boolean bold)) {
                rows.add(cells);
            }
        }
        int[] widths = new int[rows.stream().mapToInt(List::size).max().orElse(0)];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    /** The columns of each part: as many as fit, evenly where it takes several. */
    private List<int[]> parts(int[] widths, int room) {
        int others = widths.length - leading;
        if (others <= 0) {
            return List.of(IntStream.range(0, widths.length).toArray());
        }
        for (int count = 1;; count++) {
            int each = Math.ceilDiv(others, count);
            List<int[]> parts = new ArrayList<>();
            for (int from = leading; from < widths.length; from += each) {
                parts.add(IntStream.concat(IntStream.range(0, leading),
                        IntStream.range(from, Math.min(from + each, widths.length))).toArray());
            }
            if (each == 1 || parts.stream().allMatch(columns -> width(columns, widths) <= room)) {
                return parts;
            }
        }
    }

    private static int width(int[] columns, int[] widths) {
        return IntStream.of(columns).map(column -> widths[column]).sum() + GAP.length() * (columns.length - 1);
    }

    private static String format(List<String> row, int[] columns, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column : columns) {
            String cell = column < row.size() ? row.get(column) : "";
            String blank = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? cell + blank : GAP + blank + cell);
        }
        return line.toString().stripTrailing();
    }
}
