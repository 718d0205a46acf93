// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Audit;
import dev.topple.attacks.evaluate.Change;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results of an attack for people: a row per metric, a column per attack; then ARP, losses and the audit. */
final class AttackTable {

    private AttackTable() {}

    static List<String> of(EvaluationResult result) {
        List<AttackOutcome> attacks = result.attacks();
        Table table = new Table();
        List<String> head = new ArrayList<>(List.of("", "clean"));
        attacks.forEach(attack -> head.add(column(attack, attacks)));
        table.row(head).rule();
        for (Task task : result.tasks()) {
            Map<String, Double> clean = result.clean().metrics().get(task.name());
            for (Metric metric : task.metrics().list()) {
                List<String> row = new ArrayList<>();
                row.add(task.name() + " " + metric.name() + (metric.higherIsBetter() ? " (high is good)" : ""));
                row.add(value(clean.get(metric.name())));
                for (AttackOutcome attack : attacks) {
                    Change change = attack.tasks().get(task.name()).get(metric.name());
                    row.add(value(change.attacked()));
                }
                table.row(row);
            }
            table.rule();
        }
        line(table, "ARP % (damage)", "", attacks, attack -> value(attack.arp()));
        line(table, "mean sum log loss", value(result.clean().meanLogLoss()), attacks,
                attack -> value(attack.meanLogLoss()));
        line(table, "passes per image (forward/backward)", "", attacks,
                attack -> attack.passes().forwards() + "/" + attack.passes().backwards());
        line(table, "seconds", "", attacks, attack -> String.format(Locale.ROOT, "%.1f", attack.seconds()));
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.addAll(audits(result));
        return lines;
    }

    private interface Cell {
        String of(AttackOutcome attack);
    }

    private static void line(Table table, String name, String clean, List<AttackOutcome> attacks, Cell cell) {
        List<String> row = new ArrayList<>(List.of(name, clean));
        attacks.forEach(attack -> row.add(cell.of(attack)));
        table.row(row);
    }

    /** The attack's own name is said once where all columns share it. */
    private static String column(AttackOutcome attack, List<AttackOutcome> all) {
        boolean shared = all.stream().allMatch(other -> other.attack().equals(attack.attack()));
        return shared ? attack.balancer() : attack.attack() + " " + attack.balancer();
    }

    private static List<String> audits(EvaluationResult result) {
        List<String> lines = new ArrayList<>();
        for (AttackOutcome attack : result.attacks()) {
            Audit audit = attack.audit();
            lines.add(String.format(Locale.ROOT,
                    "audit %-24s largest change %.3f/255, pixels %.3f to %.3f, NaN %d, out of budget %d, "
                            + "not worse %d of %d, tasks without weight %d%s",
                    attack.attack() + " " + attack.balancer(), audit.largestPerturbationIn255(), audit.minimumPixel(),
                    audit.maximumPixel(), audit.nanPixels(), audit.outOfBudget(), audit.notWorse(), result.images(),
                    audit.zeroWeightTasks(), audit.undefinedGradients() > 0
                            ? ", undefined gradients " + audit.undefinedGradients()
                            : ""));
        }
        return lines;
    }

    /** Four significant digits, or so. */
    static String value(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double magnitude = Math.abs(value);
        return String.format(Locale.ROOT, magnitude >= 100 ? "%.1f" : magnitude >= 10 ? "%.2f" : "%.4f", value);
    }
}
