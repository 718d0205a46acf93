// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.JsonView;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What attacks on single tasks did to the others: a table whose cells are the darker the larger the drop. */
final class TransferMap {

    /** How many shades the style sheet has, beside none. */
    private static final int SHADES = 5;

    private final Results results;

    TransferMap(Results results) {
        this.results = results;
    }

    /** Nothing, where no two single tasks were attacked. */
    void write(Html html) {
        List<JsonView> transfers = results.json().optional("transfers").map(JsonView::elements).orElse(List.of());
        if (transfers.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "What an attack on one task does to the others");
        html.element("p", "Each row is an attack on one task alone; the cells are the drops of all tasks in percent."
                + " The transfer ratio is the mean, over pairs of two tasks, of a task\u2019s drop under the attack on"
                + " the other over its drop under the attack on itself: 0 if attacks stay where they aim, 1 if they"
                + " hurt the others as much.", "class", "note");
        transfers.forEach(transfer -> table(html, transfer));
        html.closeLine();
    }

    private void table(Html html, JsonView transfer) {
        String budget = results.epsilons().size() > 1 ? ", " + Words.epsilon(transfer.field("eps").asDouble()) : "";
        String caption = Words.attack(transfer.field("attack").asString()) + budget;
        Map<String, JsonView> rows = transfer.field("drops").fields();
        double largest = rows.values().stream().flatMap(row -> row.fields().values().stream())
                .map(cell -> Words.number(cell, "drop")).flatMapToDouble(OptionalDouble::stream).max().orElse(0);
        Tables.open(html, "Drops under attacks on one task alone, " + caption);
        html.open("thead").open("tr").element("th", "Attacked alone", "scope", "col");
        results.tasks().forEach(task -> html.element("th", task.name(), "scope", "col"));
        html.close().closeLine().open("tbody");
        rows.forEach((from, row) -> {
            html.open("tr").element("th", from, "scope", "row");
            results.tasks().forEach(task -> cell(html, row.field(task.name()), largest));
            html.closeLine();
        });
        html.close().close().close();
        html.open("p", "class", "note").text(caption + ": transfer ratio "
                + Words.decimal(Words.number(transfer, "ratio"), 2) + Words.interval(transfer, "ratioInterval")
                        .map(ends -> ", 95\u00A0% " + Words.interval(ends, 2)).orElse("")
                + ".").closeLine();
    }

    private static void cell(Html html, JsonView cell, double largest) {
        OptionalDouble drop = Words.number(cell, "drop");
        int shade = drop.isPresent() && largest > 0
                ? Math.clamp((int) Math.ceil(SHADES * drop.getAsDouble() / largest), 0, SHADES) : 0;
        html.open("td", "class", "shade-" + shade).element("span", Words.decimal(drop, 1));
        Words.interval(cell, "interval")
                .ifPresent(ends -> html.element("small", Words.interval(ends, 1), "class", "interval"));
        html.close();
    }
}
