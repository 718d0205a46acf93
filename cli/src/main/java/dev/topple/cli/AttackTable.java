// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Audit;
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

/** The results of an attack for people: a row per metric, a column per attack; then ARP, losses and the audit. */
final class AttackTable {

    private static final String INDENT = "  ";

    private final EvaluationResult result;
    private final List<AttackOutcome> attacks;
    private final Look look;
    private final Table table = new Table(2);

    private AttackTable(EvaluationResult result, Look look) {
        this.result = result;
        this.attacks = result.attacks();
        this.look = look;
    }

    /** The table and what explains it. */
    static List<String> of(EvaluationResult result, Look look) {
        AttackTable table = new AttackTable(result, look);
        table.head();
        table.metrics();
        table.summary();
        table.audit();
        List<String> lines = new ArrayList<>(table.table.lines(look));
        lines.add("");
        lines.addAll(table.legend());
        return lines;
    }

    /** A word on each line, so that columns stay narrow. An attack that all columns share is not repeated in each. */
    private void head() {
        boolean several = attacks.stream().map(AttackOutcome::attack).distinct().count() > 1;
        if (several) {
            texts("", "", AttackOutcome::attack);
        }
        texts("", "clean", attack -> attack.balancer().split(":", 2)[0]);
        if (attacks.stream().anyMatch(attack -> attack.balancer().contains(":"))) {
            texts("", "", attack -> attack.balancer().contains(":") ? attack.balancer().split(":", 2)[1] : "");
        }
        table.rule();
    }

    private void metrics() {
        for (Task task : result.tasks()) {
            table.heading(task.name());
            for (Metric metric : task.metrics().list()) {
                numbers(INDENT + Figures.name(metric, look), Figures.decimals(metric),
                        result.clean().metrics().get(task.name()).get(metric.name()),
                        attack -> attack.tasks().get(task.name()).get(metric.name()).attacked());
            }
        }
        table.rule();
    }

    private void summary() {
        List<String> arp = new ArrayList<>(List.of("ARP (%)", ""));
        attacks.forEach(attack -> arp.add(Figures.decimal(attack.arp(), 2)));
        table.boldRow(arp);
        interval(AttackOutcome::arpInterval);
        if (!result.leads().isEmpty()) {
            texts("lead of DGBA", "", attack -> lead(attack).map(Lead::arp).map(AttackTable::signed).orElse(""));
            interval(attack -> lead(attack).map(Lead::interval).orElse(Interval.NONE));
        }
        numbers("mean log loss", Figures.USUAL_DECIMALS, result.clean().meanLogLoss(), AttackOutcome::meanLogLoss);
        texts("forward passes", "", attack -> Integer.toString(attack.passes().forwards()));
        texts("backward passes", "", attack -> Integer.toString(attack.passes().backwards()));
        texts("seconds", "", attack -> Figures.decimal(attack.seconds(), 1));
        table.rule();
    }

    /** An interval under its number, on two lines, as columns are narrow. */
    private void interval(Function<AttackOutcome, Interval> interval) {
        texts(INDENT + "95 % from", "", attack -> bound(interval.apply(attack), Interval::low));
        texts(INDENT + "       to", "", attack -> bound(interval.apply(attack), Interval::high));
    }

    private static String bound(Interval interval, ToDoubleFunction<Interval> end) {
        return interval.defined() ? Figures.decimal(end.applyAsDouble(interval), 2) : "";
    }

    private static String signed(double points) {
        return (points > 0 ? "+" : "") + Figures.decimal(points, 2);
    }

    /** The lead over an attack; none over DGBA itself. */
    private Optional<Lead> lead(AttackOutcome attack) {
        return result.leads().stream().filter(lead -> lead.attack().equals(attack.attack())
                && lead.over().equals(attack.balancer())).findFirst();
    }

    /** Whether the lead is real, in words. */
    private List<String> leads() {
        boolean several = result.leads().stream().map(Lead::attack).distinct().count() > 1;
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        for (Lead lead : result.leads()) {
            String verdict = !lead.interval().defined() ? "not compared with"
                    : lead.interval().positive() ? "ahead of"
                    : lead.interval().negative() ? "behind" : "not told apart from";
            verdicts.computeIfAbsent(verdict, each -> new ArrayList<>())
                    .add((several ? lead.attack() + " " : "") + lead.over());
        }
        return verdicts.isEmpty() ? List.of() : List.of("By ARP, DGBA is " + verdicts.entrySet().stream()
                .map(each -> each.getKey() + " " + String.join(", ", each.getValue()))
                .collect(Collectors.joining("; ")) + ".");
    }

    private void audit() {
        table.heading("audit");
        audit("largest change / 255", audit -> Figures.decimal(audit.largestPerturbationIn255(), 3));
        audit("smallest pixel", audit -> Figures.decimal(audit.minimumPixel(), 3));
        audit("largest pixel", audit -> Figures.decimal(audit.maximumPixel(), 3));
        audit("NaN pixels", audit -> Long.toString(audit.nanPixels()));
        audit("images out of budget", audit -> Integer.toString(audit.outOfBudget()));
        audit("images not worse", audit -> Integer.toString(audit.notWorse()));
        audit("tasks of weight 0", audit -> Integer.toString(audit.zeroWeightTasks()));
        audit("undefined gradients", audit -> Integer.toString(audit.undefinedGradients()));
    }

    private void audit(String name, Function<Audit, String> cell) {
        texts(INDENT + name, "", attack -> cell.apply(attack.audit()));
    }

    private void numbers(String name, int decimals, double clean, ToDoubleFunction<AttackOutcome> cell) {
        texts(name, Figures.decimal(clean, decimals),
                attack -> Figures.decimal(cell.applyAsDouble(attack), decimals));
    }

    private void texts(String name, String clean, Function<AttackOutcome, String> cell) {
        List<String> row = new ArrayList<>(List.of(name, clean));
        attacks.forEach(attack -> row.add(cell.apply(attack)));
        table.row(row);
    }

    private List<String> legend() {
        String losses = result.tasks().stream().map(task -> task.name() + " in " + task.lossUnit())
                .collect(Collectors.joining(", "));
        List<String> lines = new ArrayList<>(List.of(
                look.directions() + "; " + Figures.count(result.images(), "image") + ".",
                "ARP: the mean over tasks of the mean over metrics of the relative change, positive = damage.",
                "95 %: bootstrap over images; the lead of DGBA in points of ARP, both on the same images."));
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
}
