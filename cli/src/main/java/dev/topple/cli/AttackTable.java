// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Control;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Lead;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The results of an attack for people: a row per metric, a column per attack; then ARP, losses and the audit. Where
 * there are several budgets, what depends on them has a row for each of them below its name, so that one reads down a
 * column how it grows.
 */
final class AttackTable {

    private static final String INDENT = "  ";

    /** An attack and a balancer, whatever the budget: a column. */
    private record Column(String attack, String balancer) {}

    private final EvaluationResult result;
    private final List<Column> columns;
    private final List<Budget> budgets;
    private final Look look;
    private final Table table = new Table(2);

    private AttackTable(EvaluationResult result, Look look) {
        this.result = result;
        this.columns = result.attacks().stream().map(each -> new Column(each.attack(), each.balancer())).distinct()
                .toList();
        this.budgets = result.attacks().stream().map(AttackOutcome::budget).distinct().toList();
        this.look = look;
    }

    /** The table and what explains it. */
    static List<String> of(EvaluationResult result, Look look) {
        AttackTable table = new AttackTable(result, look);
        table.head();
        table.metrics();
        table.summary();
        new AuditRows(table).write();
        List<String> lines = new ArrayList<>(table.table.lines(look));
        lines.add("");
        table.legend().forEach(line -> lines.addAll(look.wrap(line)));
        result.transfers().forEach(transfer -> lines.addAll(TransferLines.of(transfer, look)));
        lines.addAll(WarningLines.of(result.warnings(), look));
        return lines;
    }

    /** The same metrics and their ARP as the authors' released code counts them, and what explains that. */
    static List<String> released(EvaluationResult result, Look look) {
        AttackTable table = new AttackTable(result, look);
        table.head();
        for (Task task : result.tasks()) {
            table.table.heading(task.name());
            for (Metric metric : task.releasedMetrics().list()) {
                table.numbers(INDENT + Figures.name(metric, look), Figures.decimals(metric),
                        result.clean().released().get(task.name()).get(metric.name()),
                        attack -> attack.released().tasks().get(task.name()).get(metric.name()).attacked());
            }
        }
        table.table.rule();
        table.numbers("ARP (%), released", 2, Double.NaN, attack -> attack.released().arp());
        table.numbers("ARP (%), corrected", 2, Double.NaN, AttackOutcome::arp);
        List<String> lines = new ArrayList<>(List.of("As the released code counts:", ""));
        lines.addAll(table.table.lines(look));
        lines.add("");
        lines.addAll(look.wrap("Released: with the quirks of the authors' code, of metrics and of ARP, which has the"
                + " sign turned so that damage is positive, and is undefined (" + Figures.UNDEFINED + ") if one of its"
                + " changes is. See docs/faithful.md."));
        return lines;
    }

    private boolean several() {
        return budgets.size() > 1;
    }

    /** A word on each line, so that columns stay narrow. An attack that all columns share is not repeated in each. */
    private void head() {
        if (columns.stream().map(Column::attack).distinct().count() > 1) {
            heads("", Column::attack);
        }
        heads("clean", column -> column.balancer().split(":", 2)[0]);
        if (columns.stream().anyMatch(column -> column.balancer().contains(":"))) {
            heads("", column -> column.balancer().contains(":") ? column.balancer().split(":", 2)[1] : "");
        }
        table.rule();
    }

    private void heads(String clean, Function<Column, String> word) {
        List<String> row = new ArrayList<>(List.of("", clean));
        columns.forEach(column -> row.add(word.apply(column)));
        table.row(row);
    }

    private void metrics() {
        for (Task task : result.tasks()) {
            table.heading(task.name());
            for (Metric metric : task.metrics().list()) {
                numbers(INDENT + Figures.name(metric, look), Figures.decimals(metric),
                        result.clean().metrics().get(task.name()).get(metric.name()),
                        attack -> attack.tasks().get(task.name()).get(metric.name()).attacked());
            }
            numbers(INDENT + "broken (%)", 1, Double.NaN,
                    attack -> 100 * attack.broken().tasks().get(task.name()));
        }
        table.rule();
    }

    private void summary() {
        bold("ARP (%)", attack -> Figures.decimal(attack.arp(), 2), AttackOutcome::arpInterval);
        if (!result.leads().isEmpty()) {
            bounded("lead of DGBA", attack -> lead(attack).map(Lead::arp).map(AttackTable::signed).orElse(""),
                    attack -> lead(attack).map(Lead::interval).orElse(Interval.NONE), false);
        }
        numbers("all tasks broken (%)", 1, Double.NaN, attack -> 100 * attack.broken().all());
        numbers("mean log loss", Figures.USUAL_DECIMALS, result.clean().meanLogLoss(), AttackOutcome::meanLogLoss);
        once("forward passes", attack -> Integer.toString(attack.passes().forwards()));
        once("backward passes", attack -> Integer.toString(attack.passes().backwards()));
        texts("seconds", "", attack -> Figures.decimal(attack.seconds(), 1));
        table.rule();
    }

    private void bold(String name, Function<AttackOutcome, String> cell, Function<AttackOutcome, Interval> interval) {
        bounded(name, cell, interval, true);
    }

    /** A number and its interval below it, on two lines, as columns are narrow. */
    private void bounded(String name, Function<AttackOutcome, String> cell, Function<AttackOutcome, Interval> interval,
            boolean bold) {
        if (several()) {
            table.heading(name);
        }
        for (Budget budget : budgets) {
            List<String> row = row(several() ? INDENT + label(budget) : name, "", budget, cell);
            if (bold) {
                table.boldRow(row);
            } else {
                table.row(row);
            }
            String indent = several() ? INDENT + INDENT : INDENT;
            table.row(row(indent + "95 % from", "", budget, attack -> bound(interval.apply(attack), Interval::low)));
            table.row(row(indent + "       to", "", budget, attack -> bound(interval.apply(attack), Interval::high)));
        }
    }

    private static String bound(Interval interval, ToDoubleFunction<Interval> end) {
        return interval.defined() ? Figures.decimal(end.applyAsDouble(interval), 2) : "";
    }

    private static String signed(double points) {
        String text = Figures.decimal(points, 2);
        return text.equals("-0.00") ? "0.00" : (points > 0 && !text.equals("0.00") ? "+" : "") + text;
    }

    /** The lead over an attack; none over DGBA itself. */
    private Optional<Lead> lead(AttackOutcome attack) {
        return result.leads().stream().filter(lead -> lead.attack().equals(attack.attack())
                && lead.budget().equals(attack.budget()) && lead.over().equals(attack.balancer())).findFirst();
    }

    /** Whether the leads are real, in words. */
    private List<String> leads() {
        boolean rules = result.leads().stream().map(Lead::attack).distinct().count() > 1;
        List<String> lines = new ArrayList<>();
        for (Budget budget : budgets) {
            Map<String, List<String>> verdicts = new LinkedHashMap<>();
            for (Lead lead : result.leads()) {
                if (lead.budget().equals(budget)) {
                    String verdict = !lead.interval().defined() ? "not compared with"
                            : lead.interval().positive() ? "ahead of"
                            : lead.interval().negative() ? "behind" : "not told apart from";
                    verdicts.computeIfAbsent(verdict, each -> new ArrayList<>())
                            .add((rules ? lead.attack() + " " : "") + lead.over());
                }
            }
            if (!verdicts.isEmpty()) {
                lines.add((several() ? "At " + label(budget) + ", by ARP, " : "By ARP, ") + "DGBA is "
                        + verdicts.entrySet().stream()
                                .map(each -> each.getKey() + " " + String.join(", ", each.getValue()))
                                .collect(Collectors.joining("; "))
                        + ".");
            }
        }
        return lines;
    }

    private String control(Control control) {
        return Figures.decimal(control.arp(), 2) + " %" + (several() ? " at " + label(control.budget()) : "")
                + (control.arpInterval().defined() ? " (95 % from " + bound(control.arpInterval(), Interval::low)
                        + " to " + bound(control.arpInterval(), Interval::high) + ")" : "");
    }

    private static String label(Budget budget) {
        return Budgets.fraction(budget.epsilon());
    }

    private void numbers(String name, int decimals, double clean, ToDoubleFunction<AttackOutcome> cell) {
        texts(name, Double.isNaN(clean) ? "" : Figures.decimal(clean, decimals),
                attack -> Figures.decimal(cell.applyAsDouble(attack), decimals));
    }

    /** A row; with several budgets one that names it, and one below for each of them. */
    void texts(String name, String clean, Function<AttackOutcome, String> cell) {
        if (!several()) {
            table.row(row(name, clean, budgets.getFirst(), cell));
            return;
        }
        table.row(List.of(name, clean));
        String indent = INDENT.repeat(name.startsWith(INDENT) ? 2 : 1);
        budgets.forEach(budget -> table.row(row(indent + label(budget), "", budget, cell)));
    }

    /** A row of what does not depend on the budget. */
    private void once(String name, Function<AttackOutcome, String> cell) {
        table.row(row(name, "", budgets.getFirst(), cell));
    }

    private List<String> row(String name, String clean, Budget budget, Function<AttackOutcome, String> cell) {
        List<String> row = new ArrayList<>(List.of(name, clean));
        columns.forEach(column -> row.add(outcomes(column).stream().filter(each -> each.budget().equals(budget))
                .map(cell).findFirst().orElse("")));
        return row;
    }

    /** The outcomes of a column, budget by budget. */
    private List<AttackOutcome> outcomes(Column column) {
        return result.attacks().stream().filter(each -> each.attack().equals(column.attack())
                && each.balancer().equals(column.balancer())).toList();
    }

    private List<String> legend() {
        String losses = result.tasks().stream().map(task -> task.name() + " in " + task.lossUnit())
                .collect(Collectors.joining(", "));
        List<String> lines = new ArrayList<>(List.of(
                look.directions() + "; " + Figures.count(result.images(), "image") + "."));
        if (several()) {
            lines.add("Below each name, the budgets: " + PlanOptions.text(budgets) + ".");
        }
        lines.addAll(List.of(
                "ARP: the mean over tasks of the mean over metrics of the relative change, positive = damage.",
                "Broken: images on which a task fails by its own measure and did not before (docs/results.md).",
                "95 %: bootstrap over images; the lead of DGBA in points of ARP, both on the same images."));
        if (!result.controls().isEmpty()) {
            lines.add("Random noise of the same size: ARP " + result.controls().stream().map(this::control)
                    .collect(Collectors.joining("; ")) + ".");
        }
        lines.addAll(leads());
        lines.addAll(List.of(
                "Log loss: the mean over images of the sum over tasks of the logarithm of the loss;",
                "losses: " + losses + ".",
                "Passes are per image."));
        if (!result.labels().equals("data")) {
            lines.add("Labels: " + (result.labels().equals("predictions")
                    ? "the images have none of their own, so the model's clean predictions serve instead."
                    : result.labels() + " of the model on the clean images."));
        }
        return lines;
    }

    /** The audit: of each attack, over all its budgets. */
    private record AuditRows(AttackTable of) {

        void write() {
            of.table.heading(of.several() ? "audit, over all budgets" : "audit");
            if (of.several()) {
                of.texts(INDENT + "largest change / 255", "", AuditRows::largest);
            } else {
                row("largest change / 255", all -> largest(all.getFirst()));
            }
            row("smallest pixel", all -> Figures.decimal(all.stream().mapToDouble(each -> each.audit().minimumPixel())
                    .min().orElseThrow(), 3));
            row("largest pixel", all -> Figures.decimal(all.stream().mapToDouble(each -> each.audit().maximumPixel())
                    .max().orElseThrow(), 3));
            row("NaN pixels", all -> sum(all, each -> each.audit().nanPixels()));
            row("images out of budget", all -> sum(all, each -> each.audit().outOfBudget()));
            row("images not worse", all -> sum(all, each -> each.audit().notWorse()));
            row("tasks of weight 0", all -> sum(all, each -> each.audit().zeroWeightTasks()));
            row("undefined gradients", all -> sum(all, each -> each.audit().undefinedGradients()));
            row("zero gradients", all -> sum(all, each -> each.audit().zeroGradients()));
        }

        private static String largest(AttackOutcome outcome) {
            return Figures.decimal(outcome.audit().largestPerturbationIn255(), 3);
        }

        private static String sum(List<AttackOutcome> all, ToDoubleFunction<AttackOutcome> count) {
            return Figures.decimal(all.stream().mapToDouble(count).sum(), 0);
        }

        private void row(String name, Function<List<AttackOutcome>, String> cell) {
            List<String> row = new ArrayList<>(List.of(INDENT + name, ""));
            of.columns.forEach(column -> row.add(cell.apply(of.outcomes(column))));
            of.table.row(row);
        }
    }
}
