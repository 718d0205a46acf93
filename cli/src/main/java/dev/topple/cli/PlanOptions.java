// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.mtl.model.Model;
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
import picocli.CommandLine.Option;

/** The options that say which attacks there are: every rule with every balancer in every budget. */
final class PlanOptions {

    private static final Pattern RELATIVE = Pattern.compile("\\s*eps\\s*/(.*)", Pattern.CASE_INSENSITIVE);

    @Option(names = "--attack", paramLabel = "NAME", defaultValue = "pgd",
            description = "fgsm, ifgsm or pgd, or several with commas. Default: ${DEFAULT-VALUE}.")
    private String attacks;

    @Option(names = "--balance", paramLabel = "NAME", defaultValue = "single,total,signsum,dgba",
            description = "How the tasks become one direction: single (one attack per task), single:TASK, total,"
                    + " signsum, dgba; total:released and dgba:released are as the authors' released code has them."
                    + " Default: ${DEFAULT-VALUE}.")
    private String balance;

    @Option(names = "--norm", paramLabel = "NAME", defaultValue = "linf",
            description = "The norm of the perturbation: linf. Default: ${DEFAULT-VALUE}.")
    private String norm;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The largest perturbation, of pixels in [0, 1]; or several with commas,"
                    + " 1/255,2/255,4/255,8/255 say: then every attack runs with each. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Option(names = "--alpha", paramLabel = "ALPHA",
            description = "The step size of PGD, of pixels in [0, 1] or relative to eps: eps/10. With several eps it"
                    + " must not be above the smallest. Default: eps/4.")
    private Optional<String> alpha = Optional.empty();

    @Option(names = "--steps", paramLabel = "N", description = "Steps of IFGSM and PGD. Default: 10.")
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--restarts", paramLabel = "N", description = "How often PGD starts anew. Default: 1.")
    private Optional<Integer> restarts = Optional.empty();

    @Option(names = "--random-start", arity = "1", paramLabel = "true|false",
            description = "Whether PGD starts at a random point of the budget. Default: true.")
    private Optional<Boolean> randomStart = Optional.empty();

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
        for (Budget budget : budgets) {
            for (StepRule rule : rules(stepSize(budget.epsilon()))) {
                rule.check(budget);
                for (Balancer balancer : Balancers.parse(balance, target.tasks())) {
                    plans.add(new Plan(budget, rule, balancer));
                }
            }
        }
        return plans;
    }

    private List<StepRule> rules(OptionalDouble stepSize) {
        OptionalInt stepCount = steps.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        OptionalInt restartCount = restarts.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        List<String> names = Arrays.stream(attacks.split(",", -1)).map(name -> name.strip().toLowerCase(Locale.ROOT))
                .distinct().toList();
        List<StepRule> rules = new ArrayList<>();
        for (String name : names) {
            // Of several attacks each takes the settings that it has; a setting that none has is refused.
            boolean walks = !name.equals("fgsm") || names.size() == 1;
            boolean starts = name.equals("pgd") || !names.contains("pgd");
            rules.add(StepRules.of(name, walks ? stepCount : OptionalInt.empty(),
                    starts ? stepSize : OptionalDouble.empty(), starts ? restartCount : OptionalInt.empty(),
                    starts ? randomStart : Optional.empty()));
        }
        return rules;
    }

    /** For people: {@code Linf 8/255} or {@code Linf 4/255, 8/255}. */
    static String text(List<Budget> budgets) {
        return budgets.getFirst().norm().label() + " " + budgets.stream().map(Budget::epsilon).map(Budgets::fraction)
                .collect(Collectors.joining(", "));
    }
}
