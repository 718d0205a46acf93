// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.model.ModelSummary;
import dev.topple.mtl.model.ModelSummary.Part;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A model as a picture of text: levels of the encoder from the image down to the decoders, tasks side by side. A box is
 * a copy of some levels, which the tasks above it share. Tasks are put in an order in which every box is in one piece.
 */
final class SharingDrawing {

    /** No wider, so that it can be pasted anywhere. */
    private static final int MOST_COLUMNS = 80;

    private static final int WIDEST_TASK = 19;
    private static final int NARROWEST_TASK = 3;
    private static final String MARGIN = "  ";

    private final ModelSummary model;
    private final boolean symbols;
    /** The tasks from left to right. */
    private final List<Integer> order;
    private final boolean shapes;
    private final int label;
    private final int cell;

    private SharingDrawing(ModelSummary model, Look look) {
        this.model = model;
        this.symbols = look.symbols();
        Sharing sharing = model.description().sharing();
        List<Integer> leaves = new ArrayList<>();
        collect(sharing, 0, IntStream.range(0, sharing.tasks()).boxed().toList(), leaves);
        this.order = List.copyOf(leaves);
        int room = Math.min(MOST_COLUMNS, look.columns()) - 2 * MARGIN.length() - 1;
        int longest = model.description().tasks().stream().mapToInt(task -> task.name().length()).max().orElse(0);
        // Names of tasks are worth more than shapes.
        this.shapes = cell(room, width(true)) >= longest;
        this.label = width(shapes);
        this.cell = cell(room, label);
    }

    private int width(boolean withShapes) {
        return Math.max("decoder".length(), model.levels().stream().mapToInt(part -> label(part, withShapes).length())
                .max().orElse(0));
    }

    private int cell(int room, int taken) {
        return Math.clamp((room - taken) / order.size() - 1, NARROWEST_TASK, WIDEST_TASK);
    }

    /** The lines of the picture, without line ends. */
    static List<String> lines(ModelSummary model, Look look) {
        return new SharingDrawing(model, look).lines();
    }

    /** Depth first: the tasks of a set stay together at every level. */
    private static void collect(Sharing sharing, int level, List<Integer> tasks, List<Integer> leaves) {
        if (level == sharing.levels().size()) {
            leaves.addAll(tasks);
            return;
        }
        for (List<Integer> set : sharing.sets(level)) {
            if (tasks.contains(set.getFirst())) {
                collect(sharing, level + 1, set, leaves);
            }
        }
    }

    private List<String> lines() {
        List<Task> tasks = model.description().tasks();
        List<List<Integer>> apart = order.stream().map(List::of).toList();
        List<String> lines = new ArrayList<>();
        StringBuilder names = new StringBuilder(MARGIN + " ".repeat(label) + MARGIN);
        order.forEach(task -> names.append(' ').append(centred(List.of(tasks.get(task).name()), cell)));
        lines.add(names.toString().stripTrailing());
        Set<Integer> above = Set.of();
        for (int level = 0; level < model.levels().size(); level++) {
            List<List<Integer>> sets = fromLeft(model.description().sharing().sets(level));
            Set<Integer> edges = edges(sets);
            if (level == 0 || !edges.equals(above)) {
                lines.add(rule(above, edges));
            }
            Part part = model.levels().get(level);
            lines.add(row(label(part, shapes), sets, sets.stream().map(set -> words(part)).toList()));
            above = edges;
        }
        lines.add(rule(above, edges(apart)));
        lines.add(row("decoder", apart, order.stream().map(task -> words(model.decoders().get(task))).toList()));
        lines.add(rule(edges(apart), Set.of()));
        return lines;
    }

    /** The sets in the order of the picture. */
    private List<List<Integer>> fromLeft(List<List<Integer>> sets) {
        return sets.stream().sorted((a, b) -> Integer.compare(left(a), left(b))).toList();
    }

    private int left(List<Integer> set) {
        return set.stream().mapToInt(order::indexOf).min().orElseThrow();
    }

    /** Where boxes begin and end, counted in tasks. */
    private Set<Integer> edges(List<List<Integer>> sets) {
        Set<Integer> edges = new TreeSet<>(Set.of(0, order.size()));
        sets.forEach(set -> edges.add(left(set)));
        return edges;
    }

    private String rule(Set<Integer> above, Set<Integer> below) {
        StringBuilder line = new StringBuilder(MARGIN + " ".repeat(label) + MARGIN);
        for (int at = 0; at <= order.size(); at++) {
            boolean first = at == 0;
            boolean last = at == order.size();
            boolean up = above.contains(at);
            boolean down = below.contains(at);
            line.append(!symbols ? up || down ? "+" : "-"
                    : up && down ? first ? "├" : last ? "┤" : "┼"
                    : up ? first ? "╰" : last ? "╯" : "┴"
                    : down ? first ? "╭" : last ? "╮" : "┬" : "─");
            line.append(last ? "" : (symbols ? "─" : "-").repeat(cell));
        }
        return line.toString();
    }

    private String row(String name, List<List<Integer>> sets, List<List<String>> words) {
        String wall = symbols ? "│" : "|";
        StringBuilder line = new StringBuilder(MARGIN + name + " ".repeat(label - name.length()) + MARGIN + wall);
        for (int i = 0; i < sets.size(); i++) {
            line.append(centred(words.get(i), sets.get(i).size() * (cell + 1) - 1)).append(wall);
        }
        return line.toString();
    }

    /** The first of the texts that has room, or as much of the last one as has. */
    private static String centred(List<String> texts, int width) {
        String text = texts.stream().filter(each -> each.length() <= width).findFirst()
                .orElseGet(() -> texts.getLast().substring(0, width - 1) + ".");
        int before = (width - text.length()) / 2;
        return " ".repeat(before) + text + " ".repeat(width - text.length() - before);
    }

    private static String label(Part part, boolean withShape) {
        return part.name() + (withShape ? "  " + shape(part) : "");
    }

    /** Channels, rows and columns. */
    static String shape(Part part) {
        return Arrays.stream(part.result().dims()).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }

    private static List<String> words(Part part) {
        String parameters = figures(part.parameters());
        String work = figures(part.multiplyAdds());
        return List.of(parameters + " parameters, " + work + " MACs", parameters + ", " + work, parameters,
                parameters.replace(" ", ""));
    }

    /** A number in three digits: 9.54 k, 21.3 M. */
    static String figures(long number) {
        String[] units = {"", " k", " M", " G", " T"};
        double scaled = number;
        int unit = 0;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        int decimals = unit == 0 ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f%s", scaled, units[unit]);
    }
}
