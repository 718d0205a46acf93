// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The document of results, read for the page.
 *
 * @param json the whole document
 * @param tasks of the model, in its order
 * @param attacks in the order of the run
 */
record Results(JsonView json, List<Task> tasks, List<Attacked> attacks) {

    /**
     * One attack of the document.
     *
     * @param json its object
     * @param attack the name of the step rule
     * @param balancer the name of the balancer
     * @param label what tells it from the others, for people
     */
    record Attacked(JsonView json, String attack, String balancer, String label) {

        /** The averaged relative performance drop in percent. */
        OptionalDouble arp() {
            return Words.number(json, "arp");
        }

        /** Its 95 % interval. */
        Optional<double[]> arpInterval() {
            return Words.interval(json, "arpInterval");
        }

        double epsilon() {
            return json.field("eps").asDouble();
        }

        /** What became of a metric. */
        JsonView change(Task task, Metric metric) {
            return json.field("tasks").field(task.name()).field(metric.name());
        }

        /** The mean over a task's metrics of their relative change, in percent. */
        OptionalDouble drop(Task task) {
            return json.field("tasks").field(task.name()).fields().values().stream()
                    .map(change -> Words.number(change, "relative")).filter(OptionalDouble::isPresent)
                    .mapToDouble(relative -> 100 * relative.getAsDouble()).average();
        }

        /** Whether it kept to its rules. */
        boolean sound() {
            JsonView audit = json.field("audit");
            return audit.field("nanPixels").asLong() == 0 && audit.field("outOfBudget").asLong() == 0
                    && Words.number(audit, "minimumPixel").orElse(-1) >= 0
                    && Words.number(audit, "maximumPixel").orElse(2) <= 1;
        }

        boolean balances(String name) {
            return balancer.equals(name);
        }
    }

    /** How an attack compares with another one, by the 95 % interval of the difference of their ARPs. */
    enum Lead {
        AHEAD, OPEN, BEHIND
    }

    static Results of(JsonValue document, List<Task> tasks) {
        JsonView json = JsonView.of(document, "results.json");
        List<JsonView> attacks = json.field("attacks").elements();
        boolean severalRules = distinct(attacks, "attack") > 1;
        boolean severalBudgets = attacks.stream().map(each -> each.field("eps").asDouble()).distinct().count() > 1;
        return new Results(json, List.copyOf(tasks), attacks.stream().map(each -> {
            String attack = each.field("attack").asString();
            String balancer = each.field("balancer").asString();
            String label = (severalRules ? Words.attack(attack) + " " : "") + Words.balancer(balancer)
                    + (severalBudgets ? " " + Words.epsilon(each.field("eps").asDouble()) : "");
            return new Attacked(each, attack, balancer, label);
        }).toList());
    }

    private static long distinct(List<JsonView> attacks, String field) {
        return attacks.stream().map(each -> each.field(field).asString()).distinct().count();
    }

    String text(String field) {
        return json.field(field).asString();
    }

    int images() {
        return json.field("images").asInt();
    }

    /** The model's name for a title. */
    String modelName() {
        return text("model").equals("default") ? "The default model" : Words.fileName(text("model"));
    }

    /** How an attack compares with others under the same rule, by their labels; empty if nobody compared. */
    Map<String, Lead> leads(Attacked leader) {
        Map<String, Lead> leads = new LinkedHashMap<>();
        for (JsonView lead : json.optional("leads").map(JsonView::elements).orElse(List.of())) {
            if (lead.field("attack").asString().equals(leader.attack())
                    && leader.balances(lead.field("balancer").asString())) {
                Optional<double[]> ends = Words.interval(lead, "interval");
                leads.put(label(leader.attack(), lead.field("over").asString()),
                        ends.isPresent() && ends.get()[0] > 0 ? Lead.AHEAD
                                : ends.isPresent() && ends.get()[1] < 0 ? Lead.BEHIND : Lead.OPEN);
            }
        }
        return leads;
    }

    /** What to call the attacks of that rule and balancer. */
    String label(String attack, String balancer) {
        return attacks.stream().filter(each -> each.attack().equals(attack) && each.balances(balancer))
                .map(Attacked::label).findFirst().orElse(Words.attack(attack) + " " + Words.balancer(balancer));
    }

    /** The texts of a field of all attacks that differ. */
    String distinct(String field) {
        return Words.distinct(attacks.stream().map(each -> Long.toString(each.json().field(field).asLong())).toList());
    }

    /** The budgets of all attacks that differ. */
    String budgets() {
        return Words.distinct(attacks.stream().map(each -> Words.norm(each.json().field("norm").asString()) + " \u2264 "
                + Words.epsilon(each.epsilon())).toList());
    }

    /** Whether the document has intervals. */
    boolean hasIntervals() {
        return attacks.stream().anyMatch(each -> each.arpInterval().isPresent());
    }
}
