// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.budget.Norm;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The step rules by the names that people use. */
public final class StepRules {

    /** The number of steps of iterated rules where nobody asks for another. */
    public static final int DEFAULT_STEPS = 10;

    /** The number of queries of gradient-free rules where nobody asks for another. */
    public static final int DEFAULT_QUERIES = 1000;

    private StepRules() {}

    /** The names that {@link #of} knows. */
    public static List<String> names() {
        return List.of("fgsm", "ifgsm", "pgd", "mi-fgsm", "apgd", "square", "nes", "noise");
    }

    /** Whether a rule can be told the size of its steps. */
    public static boolean takesAlpha(String name) {
        return name.equals("pgd") || name.equals("mi-fgsm") || name.equals("nes");
    }

    /** Whether a rule can be told how many steps to take. */
    public static boolean takesSteps(String name) {
        return !name.equals("fgsm") && !name.equals("noise") && !takesQueries(name);
    }

    /** Whether a rule counts queries, each a step: it sees losses alone. */
    public static boolean takesQueries(String name) {
        return name.equals("square") || name.equals("nes");
    }

    /** Whether a rule can start at a random point, and so several times. */
    public static boolean startsAtRandom(String name) {
        return name.equals("pgd") || name.equals("apgd");
    }

    /**
     * A rule by its name and the settings that were given; a setting that the rule does not have is refused.
     *
     * @param steps how many steps, or queries
     * @throws IllegalArgumentException with one line for people
     */
    public static StepRule of(String name, OptionalInt steps, OptionalDouble alpha, OptionalInt restarts,
            Optional<Boolean> randomStart) {
        String rule = name.strip().toLowerCase(Locale.ROOT);
        int count = steps.orElse(DEFAULT_STEPS);
        switch (rule) {
            case "fgsm" -> {
                refuse(rule, "steps; it takes one", steps.isPresent() && steps.getAsInt() != 1);
                refuseStarts(rule, alpha, restarts, randomStart);
                return new Fgsm();
            }
            case "ifgsm" -> {
                refuseStarts(rule, alpha, restarts, randomStart);
                return new Ifgsm(count);
            }
            case "pgd" -> {
                return new Pgd(count, alpha, restarts.orElse(1), randomStart.orElse(true));
            }
            case "mi-fgsm" -> {
                refuseWalks(rule, restarts, randomStart);
                return new MiFgsm(count, alpha, 1);
            }
            case "apgd" -> {
                refuse(rule, "alpha; it finds its step size", alpha.isPresent());
                return new Apgd(count, restarts.orElse(1), randomStart.orElse(true));
            }
            case "square" -> {
                refuse(rule, "alpha; its steps go to the edge of the budget", alpha.isPresent());
                refuseWalks(rule, restarts, randomStart.filter(random -> !random));
                return Square.queries(steps.orElse(DEFAULT_QUERIES));
            }
            case "nes" -> {
                refuseWalks(rule, restarts, randomStart);
                Nes nes = Nes.queries(steps.orElse(DEFAULT_QUERIES));
                return alpha.isPresent() ? nes.withAlpha(alpha.getAsDouble()) : nes;
            }
            case "noise" -> {
                refuse(rule, "steps; it takes one", steps.isPresent() && steps.getAsInt() != 1);
                refuse(rule, "alpha; it goes to the edge of the budget", alpha.isPresent());
                refuse(rule, "restarts; ask for other noise with another seed", restarts.isPresent()
                        && restarts.getAsInt() != 1);
                return new Noise();
            }
            default -> throw new IllegalArgumentException(
                    "there is no attack '" + name + "'; choose one of " + String.join(", ", names()));
        }
    }

    private static void refuseStarts(String rule, OptionalDouble alpha, OptionalInt restarts,
            Optional<Boolean> randomStart) {
        refuse(rule, "alpha; its step is epsilon / steps", alpha.isPresent());
        refuseWalks(rule, restarts, randomStart);
    }

    private static void refuseWalks(String rule, OptionalInt restarts, Optional<Boolean> randomStart) {
        refuse(rule, "restarts; it starts at the clean image", restarts.isPresent() && restarts.getAsInt() != 1);
        refuse(rule, "random start; use pgd for one", randomStart.orElse(false));
    }

    private static void refuse(String rule, String what, boolean asked) {
        if (asked) {
            throw new IllegalArgumentException("attack '" + rule + "' has no " + what);
        }
    }

    static void requireAtLeastOne(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException("an attack needs at least 1 of its " + what + ", not " + number);
        }
    }

    static void requireStepSize(OptionalDouble alpha) {
        if (alpha.isPresent() && !(alpha.getAsDouble() > 0 && Double.isFinite(alpha.getAsDouble()))) {
            throw new IllegalArgumentException("alpha must be a number above 0, not " + alpha.getAsDouble());
        }
    }

    static void requireStepWithin(OptionalDouble alpha, Budget budget) {
        if (budget.norm() == Norm.LINF && alpha.isPresent() && alpha.getAsDouble() > 1) {
            String size = Budgets.plain(alpha.getAsDouble());
            throw new IllegalArgumentException("pixels are in [0, 1], so a step of alpha " + size
                    + " leaves the image; did you mean " + size + "/255?");
        }
    }
}
