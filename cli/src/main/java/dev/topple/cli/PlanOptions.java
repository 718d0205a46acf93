// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Attack;
import dev.topple.attacks.Mask;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.objective.Objective;
import dev.topple.attacks.objective.Objectives;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.mtl.model.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say which attacks there are: every rule with every balancer in every budget. */
final class PlanOptions {

    private static final Pattern RELATIVE = Pattern.compile("\\s*eps\\s*/(.*)", Pattern.CASE_INSENSITIVE);

    private static final String ALL = "all";

    @Option(names = "--attack", paramLabel = "NAME", defaultValue = "pgd",
            description = "fgsm, ifgsm, pgd, mi-fgsm, apgd; square and nes, which see losses alone; noise, a"
                    + " control; or several with commas, or all."
                    + " Default: ${DEFAULT-VALUE}.")
    private String attacks;

    @Option(names = "--balance", paramLabel = "NAME", defaultValue = "single,total,signsum,dgba",
            description = "How the tasks become one direction, one or several with commas, or all: single (one attack"
                    + " per task), single:TASK, total, weighted:TASK=2, signsum, dgba, wgd, softmin, random, unit,"
                    + " graddrop, mgda, pcgrad, cagrad, imtl-g, nash, aligned, upgrad; total:released and"
                    + " dgba:released are as the authors' released code has them. Default: ${DEFAULT-VALUE}.")
    private String balance;

    @Option(names = "--objective", paramLabel = "NAME", defaultValue = "loss",
            description = "Which loss of segmentation the steps follow: loss (its own), segpgd or cospgd."
                    + " Default: ${DEFAULT-VALUE}.")
    private String objective;

    @Option(names = "--norm", paramLabel = "NAME", defaultValue = "linf",
            description = "The norm of the perturbation: linf or l2. Default: ${DEFAULT-VALUE}.")
    private String norm;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The largest perturbation, of pixels in [0, 1]; or several with commas,"
                    + " 1/255,2/255,4/255,8/255 say: then every attack runs with each. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Option(names = "--alpha", paramLabel = "ALPHA",
            description = "The step size of PGD, of pixels in [0, 1] or relative to eps: eps/10. With several eps it"
                    + " must not be above the smallest. Default: eps/4.")
    private Optional<String> alpha = Optional.empty();

    @Option(names = "--steps", paramLabel = "N", description = "Steps of attacks that take several. Default: 10.")
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--queries", paramLabel = "N", description = "Queries of square and nes. Default: 1000.")
    private Optional<Integer> queries = Optional.empty();

    @Option(names = "--restarts", paramLabel = "N", description = "How often PGD and APGD start anew. Default: 1.")
    private Optional<Integer> restarts = Optional.empty();

    @Option(names = "--random-start", arity = "1", paramLabel = "true|false",
            description = "Whether PGD and APGD start at a random point of the budget. Default: true.")
    private Optional<Boolean> randomStart = Optional.empty();

    @Option(names = "--quantize", description = "Round attacked images to 8 bits a channel, within the budget and so"
            + " that they keep their effect, and measure those.")
    private boolean quantize;

    @Option(names = "--mask", paramLabel = "FILE", description = "A picture, white where images may change and black"
            + " where they may not, which is resized to each of them.")
    private Optional<Path> mask = Optional.empty();

    /**
     * Where images may change, if not everywhere.
     *
     * @throws IllegalArgumentException in one line, if the file cannot be used
     */
    Optional<Mask> mask() {
        return mask.map(MaskFile::read);
    }

    /** Rounds attacked images to 8 bits, asked for or not. */
    void requireEightBits() {
        quantize = true;
    }

    /**
     * The budgets as they were asked for, each once.
     *
     * @throws IllegalArgumentException in one line, if one makes no sense, or the step size does not fit them
     */
    List<Budget> budgets() {
        List<Budget> budgets = Arrays.stream(eps.split(",", -1)).map(each -> Budgets.parse(norm, each)).distinct()
                .toList();
        double smallest = budgets.stream().mapToDouble(Budget::epsilon).min().orElseThrow();
        if (budgets.size() > 1 && alpha.isPresent() && stepSize(smallest).orElseThrow() > smallest) {
            throw new IllegalArgumentException("--alpha " + alpha.get() + " is above the smallest --eps, "
                    + Budgets.fraction(smallest) + "; with several eps write it relative to them, --alpha eps/4 say,"
                    + " or leave it out");
        }
        return budgets;
    }

    /** The step size in a budget, if one is asked for. */
    private OptionalDouble stepSize(double epsilon) {
        return stepSize(alpha, epsilon);
    }

    /** What {@code --alpha} says of a budget: a number, or a part of epsilon. */
    static OptionalDouble stepSize(Optional<String> alpha, double epsilon) {
        if (alpha.isEmpty()) {
            return OptionalDouble.empty();
        }
        Matcher relative = RELATIVE.matcher(alpha.get());
        if (!relative.matches()) {
            return OptionalDouble.of(Budgets.number(alpha.get(), "--alpha"));
        }
        double parts = Budgets.number(relative.group(1), "the number behind eps/ in --alpha");
        if (!(parts > 0)) {
            throw new IllegalArgumentException("--alpha " + alpha.get() + " is no step; write eps/4 say");
        }
        // Without a budget there is no step that a rule could take; the rule's own size, 0, will do.
        return epsilon == 0 ? OptionalDouble.empty() : OptionalDouble.of(epsilon / parts);
    }

    /**
     * All attacks, budget by budget.
     *
     * @throws IllegalArgumentException in one line, if one makes no sense
     */
    List<Plan> plans(Model target, List<Budget> budgets) {
        List<Plan> plans = new ArrayList<>();
        Objective steering = Objectives.of(objective);
        for (Budget budget : budgets) {
            for (StepRule rule : rules(stepSize(budget.epsilon()))) {
                rule.check(budget);
                for (Balancer balancer : balancers(target)) {
                    // What all of a kind were asked for leaves out what does not go together.
                    if (!asksForAll() || Attack.refusal(rule, balancer).isEmpty()) {
                        plans.add(new Plan(budget, rule, balancer, Aim.USUAL.withObjective(steering)
                                .withEightBits(quantize).withMask(mask.isPresent())));
                    }
                }
            }
        }
        return plans;
    }

    /** What {@link #plans} leaves out because all of a kind were asked for, {@code square with mgda} say. */
    List<String> leftOut(Model target, List<Budget> budgets) {
        if (!asksForAll()) {
            return List.of();
        }
        List<String> pairs = new ArrayList<>();
        for (StepRule rule : rules(stepSize(budgets.getFirst().epsilon()))) {
            balancers(target).stream().filter(balancer -> Attack.refusal(rule, balancer).isPresent())
                    .forEach(balancer -> pairs.add(rule.name() + " with " + balancer.name()));
        }
        return pairs;
    }

    private boolean asksForAll() {
        return Stream.of(attacks, balance).flatMap(list -> Arrays.stream(list.split(",", -1)))
                .anyMatch(name -> name.strip().equalsIgnoreCase(ALL));
    }

    private List<Balancer> balancers(Model target) {
        List<String> known = Balancers.names().stream().filter(name -> !name.equals("weighted")).toList();
        return Balancers.parse(String.join(",", names(balance, known)), target.tasks());
    }

    /** The names of a list, each once; {@code all} stands for all that there are. */
    private static List<String> names(String list, List<String> all) {
        return Arrays.stream(list.split(",", -1)).map(name -> name.strip().toLowerCase(Locale.ROOT))
                .flatMap(name -> name.equals(ALL) ? all.stream() : Stream.of(name)).distinct().toList();
    }

    private List<StepRule> rules(OptionalDouble stepSize) {
        OptionalInt stepCount = steps.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        OptionalInt restartCount = restarts.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        List<String> names = names(attacks, StepRules.names());
        OptionalInt queryCount = queries.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        // Of several attacks each takes the settings that it has; a setting that none has is refused.
        boolean counts = names.stream().anyMatch(StepRules::takesSteps);
        boolean asks = names.stream().anyMatch(StepRules::takesQueries);
        boolean sizes = names.stream().anyMatch(StepRules::takesAlpha);
        boolean starts = names.stream().anyMatch(StepRules::startsAtRandom);
        if (queries.isPresent() && !asks) {
            throw new IllegalArgumentException("--queries is for square and nes; this run has neither");
        }
        List<StepRule> rules = new ArrayList<>();
        for (String name : names) {
            OptionalInt count = StepRules.takesQueries(name) ? queryCount
                    : StepRules.takesSteps(name) || !counts ? stepCount : OptionalInt.empty();
            rules.add(StepRules.of(name, count,
                    StepRules.takesAlpha(name) || !sizes ? stepSize : OptionalDouble.empty(),
                    StepRules.startsAtRandom(name) || !starts ? restartCount : OptionalInt.empty(),
                    StepRules.startsAtRandom(name) || !starts ? randomStart : Optional.empty()));
        }
        return rules;
    }

    /** For people: {@code Linf 8/255} or {@code Linf 4/255, 8/255}. */
    static String text(List<Budget> budgets) {
        return budgets.getFirst().norm().label() + " " + budgets.stream().map(Budget::epsilon).map(Budgets::fraction)
                .collect(Collectors.joining(", "));
    }
}
