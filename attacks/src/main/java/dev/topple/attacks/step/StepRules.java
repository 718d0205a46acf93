// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The step rules by the names that people use. */
public final class StepRules {

    /** The number of steps of iterated rules where nobody asks for another. */
    public static final int DEFAULT_STEPS = 10;

    private StepRules() {}

    /** The names that {@link #of} knows. */
    public static List<String> names() {
        return List.of("fgsm", "ifgsm", "pgd");
    }

    /**
     * A rule by its name and the settings that were given; a setting that the rule does not have is refused.
     *
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
            default -> throw new IllegalArgumentException(
                    "there is no attack '" + name + "'; choose one of " + String.join(", ", names()));
        }
    }

    private static void refuseStarts(String rule, OptionalDouble alpha, OptionalInt restarts,
            Optional<Boolean> randomStart) {
        refuse(rule, "alpha; its step is epsilon / steps", alpha.isPresent());
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
}
