// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.cli.report.Results.Attacked;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The tables of the page: metrics, and the audit. */
final class Tables {

    private final Results results;

    Tables(Results results) {
        this.results = results;
    }

    /** A row per metric, a column per attack, and how these make the ARP. */
    void metrics(Html html) {
        html.open("section").element("h2", "Metrics, clean and attacked");
        html.element("p", "\u2191 high is good, \u2193 low is good. The worst value of each row is bold. A task\u2019s"
                + " drop is the mean relative change of its metrics; the ARP is the mean of the drops."
                + (results.hasBroken()
                        ? " Broken are images on which a task fails by its own measure and did not before."
                        : "")
                + (results.hasIntervals() ? " Small figures are 95\u00A0% intervals over images." : ""),
                "class", "note");
        labels(html);
        List<Double> epsilons = results.epsilons();
        metrics(html, results.strongest());
        for (double epsilon : epsilons.subList(0, epsilons.size() - 1).reversed()) {
            html.open("details").element("summary", "With a budget of " + Words.epsilon(epsilon));
            metrics(html, results.with(epsilon));
            html.closeLine();
        }
        html.closeLine();
    }

    private void metrics(Html html, List<Attacked> attacks) {
        String budget = results.epsilons().size() > 1 ? ", at " + Words.epsilon(attacks.getFirst().epsilon()) : "";
        open(html, "Metrics of every task on " + Words.count(results.images(), "image") + budget);
        html.open("thead").open("tr").element("th", "Metric", "scope", "col").element("th", "Clean", "scope", "col");
        attacks.forEach(each -> html.element("th", each.name(), "scope", "col"));
        html.close().closeLine();
        results.tasks().forEach(task -> task(html, task, attacks));
        html.open("tfoot");
        row(html, "ARP (%)", attacks, Attacked::arp);
        if (results.hasBroken()) {
            row(html, "all tasks broken (%)", attacks, Attacked::allBroken);
        }
        html.closeLine();
        html.close().closeLine();
    }

    private void labels(Html html) {
        String labels = results.text("labels");
        if (!labels.equals("data")) {
            html.open("p", "class", "note").text(labels.equals("predictions")
                    ? "The images have no labels of their own: the model\u2019s clean predictions serve instead, so"
                            + " clean errors are 0 and have no relative change."
                    : "Labels: " + labels + " of the model on the clean images.").closeLine();
        }
    }

    private void task(Html html, Task task, List<Attacked> attacks) {
        html.open("tbody").open("tr", "class", "group").open("th", "scope", "rowgroup", "colspan",
                Integer.toString(attacks.size() + 2)).element("span", task.name()).close().closeLine();
        for (Metric metric : task.metrics().list()) {
            html.open("tr");
            metric(html, metric);
            JsonView clean = results.json().field("clean").field(task.name());
            int decimals = Words.decimals(metric);
            html.open("td").element("span", Words.decimal(Words.number(clean, metric.name()), decimals));
            interval(html, results.json().optional("cleanIntervals").map(all -> all.field(task.name())), metric.name(),
                    decimals);
            html.close();
            double worst = worst(task, metric, attacks);
            for (Attacked attacked : attacks) {
                JsonView change = attacked.change(task, metric);
                OptionalDouble value = Words.number(change, "attacked");
                html.open("td").element(value.equals(OptionalDouble.of(worst)) ? "b" : "span",
                        Words.decimal(value, decimals));
                interval(html, Optional.of(change), "attackedInterval", decimals);
                html.close();
            }
            html.closeLine();
        }
        row(html, "drop (%)", attacks, attacked -> attacked.drop(task));
        if (results.hasBroken()) {
            row(html, "broken (%)", attacks, attacked -> attacked.broken(task));
        }
        html.closeLine();
    }

    /** The head of a metric's row. */
    static void metric(Html html, Metric metric) {
        html.open("th", "scope", "row").text(Words.metric(metric)).text("\u00A0")
                .element("span", metric.higherIsBetter() ? "\u2191" : "\u2193", "aria-hidden", "true")
                .element("span", metric.higherIsBetter() ? " (high is good)" : " (low is good)", "class", "unseen")
                .close();
    }

    private static void interval(Html html, Optional<JsonView> object, String name, int decimals) {
        object.flatMap(each -> Words.interval(each, name))
                .ifPresent(ends -> html.element("small", Words.interval(ends, decimals), "class", "interval"));
    }

    private static double worst(Task task, Metric metric, List<Attacked> attacks) {
        var values = attacks.stream().map(each -> Words.number(each.change(task, metric), "attacked"))
                .flatMapToDouble(OptionalDouble::stream);
        return (metric.higherIsBetter() ? values.min() : values.max()).orElse(Double.NaN);
    }

    private static void row(Html html, String name, List<Attacked> attacks,
            Function<Attacked, OptionalDouble> cell) {
        html.open("tr", "class", "sum").element("th", name, "scope", "row").element("td", "");
        double largest = attacks.stream().map(cell).flatMapToDouble(OptionalDouble::stream).max()
                .orElse(Double.NaN);
        for (Attacked attacked : attacks) {
            OptionalDouble value = cell.apply(attacked);
            html.open("td").element(value.equals(OptionalDouble.of(largest)) ? "b" : "span", Words.decimal(value, 1))
                    .close();
        }
        html.closeLine();
    }

    /** What the attacks kept to, and what they cost. */
    void audit(Html html) {
        html.open("section").element("h2", "Audit");
        List<Attacked> unsound = results.attacks().stream().filter(each -> !each.sound()).toList();
        if (unsound.isEmpty()) {
            html.element("p", "Measured again from the attacked images: each is within its budget and in [0,\u00A01],"
                    + " and no pixel is NaN.");
        } else {
            html.element("p", "The audit failed under "
                    + String.join(", ", unsound.stream().map(Attacked::label).toList())
                    + ": images outside of the budget or of [0,\u00A01], or pixels that are not a number. The numbers"
                    + " of this page cannot be trusted.", "class", "alarm");
        }
        open(html, "Audit and cost of each attack");
        html.open("thead").open("tr").element("th", "Attack", "scope", "col");
        for (String head : List.of("Largest change /\u2009255", "Pixels from\u2009\u2013\u2009to", "NaN pixels",
                "Out of budget", "Not worse", "Tasks of weight\u00A00", "Undefined gradients", "Zero gradients",
                "Forward passes",
                "Backward passes", "Seconds")) {
            html.element("th", head, "scope", "col");
        }
        html.close().closeLine().open("tbody");
        for (Attacked attacked : results.attacks()) {
            JsonView audit = attacked.json().field("audit");
            html.open("tr").element("th", attacked.label(), "scope", "row");
            OptionalDouble change = Words.number(audit, "largestPerturbation");
            cell(html, change.isPresent() ? Words.decimal(255 * change.getAsDouble(), 3) : Words.UNDEFINED);
            cell(html, Words.decimal(Words.number(audit, "minimumPixel"), 3) + "\u2009\u2013\u2009"
                    + Words.decimal(Words.number(audit, "maximumPixel"), 3));
            for (String count : List.of("nanPixels", "outOfBudget", "notWorse", "zeroWeightTasks",
                    "undefinedGradients", "zeroGradients")) {
                cell(html, Words.decimal(Words.number(audit, count), 0));
            }
            cell(html, Words.decimal(Words.number(attacked.json(), "forwards"), 0));
            cell(html, Words.decimal(Words.number(attacked.json(), "backwards"), 0));
            cell(html, Words.decimal(Words.number(attacked.json(), "seconds"), 1));
            html.closeLine();
        }
        html.close().close().close();
        html.element("p", "Not worse: images whose merit, which the balancer climbs, did not rise. Passes through the"
                + " model are per image; seconds are of the attack alone.", "class", "note").closeLine();
    }

    private static void cell(Html html, String text) {
        html.element("td", text);
    }

    /** A table in a frame that scrolls by itself; the keyboard reaches it, too. */
    static void open(Html html, String caption) {
        html.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
        html.open("table", "class", "figures").element("caption", caption, "class", "unseen");
    }
}
