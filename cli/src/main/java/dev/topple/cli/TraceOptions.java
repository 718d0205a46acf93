// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Attack;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.objective.Objectives;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.mtl.model.Model;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options that say which one attack is looked into. */
final class TraceOptions {

    private static final int STEPS = 20;
    private static final int QUERIES = 200;

    @Option(names = "--attack", paramLabel = "NAME", defaultValue = "pgd",
            description = "fgsm, ifgsm, pgd, mi-fgsm, apgd, square, nes or noise. Default: ${DEFAULT-VALUE}.")
    private String attack;

    @Option(names = "--balance", paramLabel = "NAME", defaultValue = "dgba",
            description = "How the tasks become one direction; 'topple attack --help' lists the names."
                    + " Default: ${DEFAULT-VALUE}.")
    private String balance;

    @Option(names = "--objective", paramLabel = "NAME", defaultValue = "loss",
            description = "Which loss of segmentation the steps follow: loss (its own), segpgd or cospgd."
                    + " Default: ${DEFAULT-VALUE}.")
    private String objective;

    @Option(names = "--norm", paramLabel = "NAME", defaultValue = "linf",
            description = "The norm of the perturbation: linf or l2. Default: ${DEFAULT-VALUE}.")
    private String norm;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The largest perturbation, of pixels in [0, 1]. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Option(names = "--alpha", paramLabel = "ALPHA",
            description = "The step size, of pixels in [0, 1] or relative to eps: eps/10. Default: eps/4.")
    private Optional<String> alpha = Optional.empty();

    @Option(names = "--steps", paramLabel = "N",
            description = "Steps of attacks that take several. Default: " + STEPS + ".")
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--queries", paramLabel = "N",
            description = "Queries of square and nes. Default: " + QUERIES + ".")
    private Optional<Integer> queries = Optional.empty();

    @Option(names = "--random-start", arity = "1", paramLabel = "true|false",
            description = "Whether PGD and APGD start at a random point of the budget. Default: true.")
    private Optional<Boolean> randomStart = Optional.empty();

    /**
     * The attack on a model.
     *
     * @throws IllegalArgumentException in one line, if it makes no sense or there are several
     */
    Attack on(Model model) {
        String name = attack.strip().toLowerCase(Locale.ROOT);
        if (name.contains(",") || eps.contains(",")) {
            throw new IllegalArgumentException("a trace looks into one attack; give one name with --attack and one"
                    + " number with --eps, or run it once for each");
        }
        List<Balancer> balancers = Balancers.parse(balance, model.tasks());
        if (balancers.size() != 1) {
            throw new IllegalArgumentException(
                    "a trace looks into one attack, and --balance " + balance + " stands for "
                            + balancers.size() + "; name one of " + balancers.stream().map(Balancer::name)
                                    .collect(Collectors.joining(", ")));
        }
        Budget budget = Budgets.parse(norm, eps);
        return new Attack(model, budget, rule(name, budget), balancers.getFirst(),
                Aim.USUAL.withObjective(Objectives.of(objective)));
    }

    private StepRule rule(String name, Budget budget) {
        if (queries.isPresent() && !StepRules.takesQueries(name)) {
            throw new IllegalArgumentException("--queries is for square and nes, not for " + name);
        }
        if (steps.isPresent() && StepRules.takesQueries(name)) {
            throw new IllegalArgumentException("--steps is for attacks with gradients; say --queries for " + name);
        }
        OptionalInt count = OptionalInt.empty();
        if (StepRules.takesQueries(name)) {
            count = OptionalInt.of(queries.orElse(QUERIES));
        } else if (steps.isPresent()) {
            count = OptionalInt.of(steps.get());
        } else if (StepRules.names().contains(name) && StepRules.takesSteps(name)) {
            count = OptionalInt.of(STEPS);
        }
        OptionalDouble size = PlanOptions.stepSize(alpha, budget.epsilon());
        return StepRules.of(name, count, size, OptionalInt.empty(), randomStart);
    }
}
