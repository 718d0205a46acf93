// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.Attack;
import dev.topple.attacks.Catalogue;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.objective.Objectives;
import dev.topple.attacks.step.StepRule;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of all attacks and balancers, in Markdown: what they are from the code, what they do from a measurement. */
public final class CataloguePage {

    private static final List<Task> TASKS = List.of(new Depth(), new Normals());
    private static final String UNKNOWN = "-";

    private final Measured measured;
    private final StringBuilder page = new StringBuilder();

    private CataloguePage(Measured measured) {
        this.measured = measured;
    }

    /** The page. */
    public static String of(Measured measured) {
        return new CataloguePage(measured).write();
    }

    private String write() {
        line("# Attacks and balancers");
        line("");
        line("Written by `topple study catalogue` from the code and from [a run](results/catalogue.json); a test says"
                + " when it is stale. To");
        line("change it, change the code, or measure again with [catalogue.sh](results/catalogue.sh).");
        line("");
        line("An attack is a step rule (`--attack`), a balancer (`--balance`), a norm (`--norm`) and an objective"
                + " (`--objective`: " + Objectives.names().stream().map(name -> "`" + name + "`")
                        .collect(Collectors.joining(", "))
                + ").");
        line("All of them can be targeted and masked from Java (`Aim`).");
        line("");
        if (measured.attacks().isEmpty()) {
            line("Nothing is measured yet.");
        } else {
            line("Measured: `" + measured.command() + "`, " + measured.images() + " images of `" + measured.data()
                    + "`, model `" + measured.model() + "`, device `" + measured.device() + "`.");
            line("ARP is the average relative performance drop in percent, with a 95 % bootstrap interval over these"
                    + " images; seconds are per image.");
        }
        rules();
        balancers();
        if (!measured.attacks().isEmpty()) {
            pairs();
        }
        refused();
        return page.toString();
    }

    private void rules() {
        line("");
        line("## Step rules");
        line("");
        line("Passes are those of one step through the model; T is the number of tasks. ARP and time are those with"
                + " DGBA.");
        line("");
        row("name", "walk", "source", "norms", "steps", "forward", "backward", "ARP", "s");
        row("---", "---", "---", "---", "--:", "--:", "--:", "--:", "--:");
        for (Catalogue.Rule entry : Catalogue.rules()) {
            StepRule rule = entry.rule();
            List<Measured.Row> rows = measured.attacks().stream().filter(row -> row.attack().equals(entry.name())
                    && row.balancer().equals(new Dgba().name())).toList();
            row("`" + entry.name() + "`", entry.walk(), entry.source(),
                    entry.norms().stream().map(Norm::label).collect(Collectors.joining(", ")),
                    Integer.toString(rule.steps()), "1", rule.usesDirection() ? "1 or T" : "0", arps(rows),
                    seconds(rows));
        }
    }

    private void balancers() {
        line("");
        line("## Balancers");
        line("");
        line("g_i is the gradient of the loss L_i at the iterate, x0 the clean image. Kinds: weights from the *losses*,"
                + " weights *drawn*");
        line("at random, weights from the *gram* matrix of the gradients, and directions made of *pixels*. Merits"
                + " select iterates.");
        line("ARP and time are those of PGD; of `single` those of each task.");
        line("");
        row("name", "kind", "direction", "merit", "source", "backward", "ARP", "s");
        row("---", "---", "---", "---", "---", "--:", "--:", "--:");
        for (Catalogue.Entry entry : Catalogue.balancers()) {
            Balancer balancer = entry.balancers(TASKS).getFirst();
            List<Measured.Row> rows = measured.attacks().stream().filter(row -> row.attack().equals("pgd")
                    && row.balancer().split(":")[0].equals(entry.plainName())).toList();
            String kind = Catalogue.kind(balancer);
            row("`" + entry.name() + "`", kind, code(entry.direction()), code(entry.merit()), entry.source(),
                    kind.equals("losses") || kind.equals("drawn") ? "1" : "T", arps(rows), seconds(rows));
        }
        line("");
        line("Further forms: `" + String.join("`, `", Balancers.releasedNames())
                + "` follow the released code, quirks included; settings are `dgba:exponent=0.5`,");
        line("`dgba:smoothing=0.01`, `softmin:mu=0.1`, `cagrad:c=0.2`.");
    }

    /** Every pair that was measured. */
    private void pairs() {
        Set<String> attacks = new LinkedHashSet<>();
        Map<String, Map<String, Measured.Row>> balancers = new LinkedHashMap<>();
        for (Measured.Row row : measured.attacks()) {
            attacks.add(row.attack());
            balancers.computeIfAbsent(row.balancer(), name -> new LinkedHashMap<>()).put(row.attack(), row);
        }
        line("");
        line("## ARP of every pair");
        line("");
        List<String> head = new ArrayList<>(List.of(""));
        List<String> rule = new ArrayList<>(List.of("---"));
        attacks.forEach(attack -> {
            head.add(attack);
            rule.add("--:");
        });
        row(head.toArray(String[]::new));
        row(rule.toArray(String[]::new));
        balancers.forEach((balancer, rows) -> {
            List<String> cells = new ArrayList<>(List.of("`" + balancer + "`"));
            attacks.forEach(attack -> cells.add(Optional.ofNullable(rows.get(attack))
                    .map(row -> decimal(row.arp(), 1)).orElse(UNKNOWN)));
            row(cells.toArray(String[]::new));
        });
    }

    private void refused() {
        line("");
        line("## What does not go together");
        line("");
        for (Catalogue.Rule rule : Catalogue.rules()) {
            List<String> names = Catalogue.balancers().stream().filter(entry -> entry.balancers(TASKS).stream()
                    .anyMatch(balancer -> Attack.refusal(rule.rule(), balancer).isPresent()))
                    .map(entry -> "`" + entry.plainName() + "`").toList();
            if (!names.isEmpty()) {
                line("- `" + rule.name() + "` sees losses alone; it is refused with " + String.join(", ", names)
                        + ", which need gradients or draw weights.");
            }
            List<String> norms = Arrays.stream(Norm.values()).filter(norm -> !rule.norms().contains(norm))
                    .map(Norm::label).toList();
            if (!norms.isEmpty()) {
                line("- `" + rule.name() + "` is refused with the norm " + String.join(", ", norms) + ".");
            }
        }
    }

    private static String arps(List<Measured.Row> rows) {
        return rows.isEmpty() ? UNKNOWN : rows.stream().map(row -> Double.isNaN(row.low()) ? decimal(row.arp(), 1)
                : decimal(row.arp(), 1) + " (" + decimal(row.low(), 1) + " to " + decimal(row.high(), 1) + ")")
                .collect(Collectors.joining("; "));
    }

    private String seconds(List<Measured.Row> rows) {
        return rows.isEmpty() ? UNKNOWN : rows.stream().map(row -> decimal(row.seconds() / measured.images(), 3))
                .collect(Collectors.joining("; "));
    }

    private static String decimal(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : UNKNOWN;
    }

    private static String code(String formula) {
        return "`" + formula + "`";
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
