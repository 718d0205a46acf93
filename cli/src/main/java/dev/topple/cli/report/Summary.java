// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.attacks.budget.Norm;
import dev.topple.cli.report.Results.Attacked;
import dev.topple.cli.report.Results.Lead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The top of the page: what was attacked, what came of it in a sentence or two, and the drop of every attack. */
final class Summary {

    private static final double BAR_HEIGHT = 10;

    private final Results results;

    Summary(Results results) {
        this.results = results;
    }

    void write(Html html) {
        html.open("header").element("p", "Topple \u00B7 report of an attack", "class", "overline");
        html.open("h1").foreign(results.modelName()).text(" under attack").closeLine();
        html.open("p", "class", "lede");
        finding(html);
        html.closeLine();
        facts(html);
        html.closeLine();
        bars(html);
    }

    private void finding(Html html) {
        String tasks = results.tasks().size() == 1 ? "the task" : "all " + results.tasks().size() + " tasks";
        Comparator<Attacked> byArp = Comparator.comparingDouble(each -> each.arp().orElse(Double.NEGATIVE_INFINITY));
        List<Attacked> largest = results.strongest();
        Attacked strongest = largest.stream().max(byArp).orElseThrow();
        Attacked told = largest.reversed().stream().filter(each -> each.balances("dgba")).findFirst()
                .orElse(strongest);
        html.text("Under ").text(told.name());
        if (results.epsilons().size() > 1) {
            html.text(" with a budget of ").text(Words.epsilon(told.epsilon()));
        }
        html.text(", the metrics of ").text(tasks).text(" get worse by ");
        html.element("strong", Words.percent(told.arp())).text(" on average");
        told.arpInterval().ifPresent(ends -> html.text(" (95\u00A0% interval " + Words.interval(ends, 1) + ")"));
        html.text(". ");
        if (results.leads(told).isEmpty()) {
            if (strongest != told) {
                html.text("The strongest attack here is ").text(strongest.name()).text(", with ")
                        .element("strong", Words.percent(strongest.arp())).text(". ");
            }
        } else {
            html.text(comparison(told));
        }
        smallest(html, told);
        if (results.attacks().stream().allMatch(Attacked::sound)) {
            boolean everyPixel = told.json().field("norm").asString().equalsIgnoreCase(Norm.LINF.label());
            html.text(everyPixel ? "Every pixel stays within " : "Each image as a whole stays within the length ")
                    .text(Words.epsilon(told.epsilon())).text(" of what it was.");
        } else {
            html.element("span", "The audit failed, so none of this can be trusted.", "class", "alarm");
        }
    }

    /** What little it takes. */
    private void smallest(Html html, Attacked told) {
        results.named(told.name()).stream().filter(each -> each.epsilon() > 0).findFirst()
                .filter(least -> least != told).ifPresent(least -> html.text("With " + Words.epsilon(least.epsilon())
                        + " it is ").element("strong", Words.percent(least.arp())).text(" already. "));
    }

    /** Which of the other attacks it beats, by the intervals of the differences. */
    private String comparison(Attacked told) {
        List<String> phrases = new ArrayList<>();
        Map<String, Lead> leads = results.leads(told);
        phrase(phrases, "does more damage than ", leads, Lead.AHEAD);
        phrase(phrases, "cannot be told apart from ", leads, Lead.OPEN);
        phrase(phrases, "does less damage than ", leads, Lead.BEHIND);
        return "On these images it " + String.join("; it ", phrases) + ". ";
    }

    private static void phrase(List<String> phrases, String words, Map<String, Lead> leads, Lead which) {
        List<String> others = leads.entrySet().stream().filter(each -> each.getValue() == which)
                .map(Map.Entry::getKey).toList();
        if (!others.isEmpty()) {
            phrases.add(words + Words.list(others));
        }
    }

    private void facts(Html html) {
        html.open("dl", "class", "facts");
        fact(html, "Model", results.text("model"));
        fact(html, "Data", results.text("data"));
        fact(html, "Images", Integer.toString(results.images()));
        fact(html, "Budget", results.budgets());
        fact(html, "Attack", String.join("; ", results.attacks().stream().map(this::walk).distinct().toList()));
        fact(html, "Seed", Long.toString(results.json().field("seed").asLong()));
        html.closeLine();
    }

    private String walk(Attacked attacked) {
        int steps = attacked.json().field("steps").asInt();
        int restarts = attacked.json().field("restarts").asInt();
        return Words.attack(attacked.attack()) + ", " + Words.count(steps, "step")
                + (restarts > 1 ? ", best of " + restarts : "");
    }

    private static void fact(Html html, String name, String value) {
        html.open("div").element("dt", name).open("dd").foreign(value).close().close();
    }

    /** A table with a bar in each row rather than one drawing, whose letters would shrink on a phone. */
    private void bars(Html html) {
        html.open("section").element("h2", "How much worse the tasks get");
        html.open("table", "class", "bars");
        html.open("caption").text("Averaged relative performance drop (ARP): the mean over tasks of the mean over a"
                + " task\u2019s metrics of the relative change, positive for damage. Errors can grow without bound,"
                + " so it may pass 100\u00A0%.");
        if (results.epsilons().size() > 1) {
            html.text(" With the largest budget, " + Words.epsilon(results.epsilons().getLast()) + ".");
        }
        html.text(results.hasIntervals() ? " Whiskers are 95\u00A0% intervals over images." : "").closeLine();
        html.open("thead", "class", "unseen").open("tr");
        List.of("Attack", "Bar", "ARP", "Interval").forEach(head -> html.element("th", head, "scope", "col"));
        html.close().close();
        html.open("tbody");
        double[] range = range();
        for (Attacked attacked : results.strongest()) {
            html.open("tr", "class", attacked.balances("dgba") ? "bar main" : "bar");
            html.element("th", attacked.name(), "scope", "row");
            html.open("td");
            bar(html, attacked, range);
            html.close().open("td").element("strong", Words.percent(attacked.arp())).close();
            html.element("td", attacked.arpInterval().map(ends -> Words.interval(ends, 1)).orElse(""), "class",
                    "interval").closeLine();
        }
        html.close().close().closeLine();
    }

    /** From 0, or from the least value if an attack made things better, to the largest. */
    private double[] range() {
        List<Double> all = results.strongest().stream().flatMap(each -> Stream.concat(
                each.arp().stream().boxed(),
                each.arpInterval().stream().flatMap(ends -> Arrays.stream(ends).boxed()))).toList();
        double least = Math.min(0, all.stream().mapToDouble(Double::doubleValue).min().orElse(0));
        double most = Math.max(least + 1e-9, all.stream().mapToDouble(Double::doubleValue).max().orElse(1));
        return new double[] {least, most};
    }

    private static void bar(Html html, Attacked attacked, double[] range) {
        OptionalDouble arp = attacked.arp();
        html.open("svg", "viewBox", "0 0 100 10", "preserveAspectRatio", "none", "aria-hidden", "true");
        if (arp.isPresent()) {
            double zero = place(0, range);
            double end = place(arp.getAsDouble(), range);
            html.single("rect", "x", figure(Math.min(zero, end)), "y", "0", "width", figure(Math.abs(end - zero)),
                    "height", figure(BAR_HEIGHT));
            attacked.arpInterval().ifPresent(ends -> whisker(html, place(ends[0], range), place(ends[1], range)));
        }
        html.close();
    }

    private static void whisker(Html html, double low, double high) {
        String path = "M%1$s 5H%2$sM%1$s 2.5V7.5M%2$s 2.5V7.5".formatted(figure(low), figure(high));
        html.single("path", "d", path, "class", "whisker");
    }

    /** A value's place on a line of 100; a little is left free at its ends, for the width of whiskers. */
    private static double place(double value, double[] range) {
        return 0.5 + 99 * (value - range[0]) / (range[1] - range[0]);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
