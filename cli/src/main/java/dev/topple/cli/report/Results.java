// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.Comparator;
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

    /** How many colours the style sheet has for balancers without one of their own. */
    private static final int COLOURS = 5;

    /**
     * One attack of the document.
     *
     * @param json its object
     * @param attack the name of the step rule
     * @param balancer the name of the balancer
     * @param name what tells it from the others with the same budget, for people
     * @param label what tells it from all others, for people
     */
    record Attacked(JsonView json, String attack, String balancer, String name, String label) {

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

        /** The share of images on which a task was broken, in percent. */
        OptionalDouble broken(Task task) {
            return percent(json.optional("broken").map(broken -> broken.field("tasks").field(task.name())), "share");
        }

        /** The share of images on which all tasks were broken at once, in percent. */
        OptionalDouble allBroken() {
            return percent(json.optional("broken"), "all");
        }

        private static OptionalDouble percent(Optional<JsonView> object, String field) {
            OptionalDouble share = object.map(each -> Words.number(each, field)).orElse(OptionalDouble.empty());
            return share.isPresent() ? OptionalDouble.of(100 * share.getAsDouble()) : share;
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
            String name = (severalRules ? Words.attack(attack) + " " : "") + Words.balancer(balancer);
            String budget = severalBudgets ? ", " + Words.epsilon(each.field("eps").asDouble()) : "";
            return new Attacked(each, attack, balancer, name, name + budget);
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

    /** The budgets, ascending. */
    List<Double> epsilons() {
        return attacks.stream().map(Attacked::epsilon).distinct().sorted().toList();
    }

    /** The names of the attacks, whatever their budgets, in the order of the run. */
    List<String> names() {
        return attacks.stream().map(Attacked::name).distinct().toList();
    }

    /** The attacks of a name, with ascending budgets. */
    List<Attacked> named(String name) {
        return attacks.stream().filter(each -> each.name().equals(name))
                .sorted(Comparator.comparingDouble(Attacked::epsilon)).toList();
    }

    /** The attacks with a budget. */
    List<Attacked> with(double epsilon) {
        return attacks.stream().filter(each -> each.epsilon() == epsilon).toList();
    }

    /** The attacks with the largest budget. */
    List<Attacked> strongest() {
        return with(epsilons().getLast());
    }

    /** The class of the style sheet that has the colour of an attack's balancer. */
    String colour(Attacked attacked) {
        String balancer = attacked.balancer().endsWith(Words.RELEASED)
                ? attacked.balancer().substring(0, attacked.balancer().length() - Words.RELEASED.length())
                : attacked.balancer();
        if (List.of("dgba", "total", "signsum").contains(balancer)) {
            return "by-" + balancer;
        }
        List<String> others = attacks.stream().map(Attacked::balancer)
                .filter(each -> each.startsWith("single:")).distinct().toList();
        return "by-single-" + Math.floorMod(others.indexOf(balancer), COLOURS);
    }

    /** How an attack compares with others under the same rule and budget, by name; empty if nobody compared. */
    Map<String, Lead> leads(Attacked leader) {
        Map<String, Lead> leads = new LinkedHashMap<>();
        for (JsonView lead : json.optional("leads").map(JsonView::elements).orElse(List.of())) {
            if (lead.field("attack").asString().equals(leader.attack())
                    && lead.field("eps").asDouble() == leader.epsilon()
                    && leader.balances(lead.field("balancer").asString())) {
                Optional<double[]> ends = Words.interval(lead, "interval");
                leads.put(name(leader.attack(), lead.field("over").asString()),
                        ends.isPresent() && ends.get()[0] > 0 ? Lead.AHEAD
                                : ends.isPresent() && ends.get()[1] < 0 ? Lead.BEHIND : Lead.OPEN);
            }
        }
        return leads;
    }

    /** What to call the attacks of that rule and balancer. */
    String name(String attack, String balancer) {
        return attacks.stream().filter(each -> each.attack().equals(attack) && each.balances(balancer))
                .map(Attacked::name).findFirst().orElse(Words.attack(attack) + " " + Words.balancer(balancer));
    }

    /** The texts of a field of all attacks that differ. */
    String distinct(String field) {
        return Words.distinct(attacks.stream().map(each -> Long.toString(each.json().field(field).asLong())).toList());
    }

    /** The budgets of all attacks that differ. */
    String budgets() {
        String norms = Words.distinct(attacks.stream().map(each -> Words.norm(each.json().field("norm").asString()))
                .toList());
        return norms + " \u2264 " + Words.distinct(epsilons().stream().map(Words::epsilon).toList());
    }

    /** The step sizes of all attacks that differ; a dash for one that changes as it goes. */
    String stepSizes() {
        return Words.distinct(attacks.stream().map(each -> {
            OptionalDouble size = Words.number(each.json(), "alpha");
            return size.isPresent() ? Words.stepSize(size.getAsDouble()) : Words.UNDEFINED;
        }).toList());
    }

    /** How attacks start. */
    String starts() {
        return Words.distinct(attacks.stream().map(each -> each.json().field("randomStart").asBoolean()
                ? "at a random point of the budget" : "at the image").toList());
    }

    /** Whether the document says on which share of the images tasks were broken. */
    boolean hasBroken() {
        return attacks.stream().anyMatch(each -> each.json().optional("broken").isPresent());
    }

    /** Whether the document has intervals. */
    boolean hasIntervals() {
        return attacks.stream().anyMatch(each -> each.arpInterval().isPresent());
    }
}
