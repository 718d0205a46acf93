// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All checks. */
public final class Checks {

    private static final List<Check> ALL = List.of(new GradientsCheck(), new NearZeroLossCheck(), new ControlCheck(),
            new MaskingCheck(), new BlackBoxCheck(), new LargerBudgetCheck(), new MoreStepsCheck(),
            new FinalIterateCheck(), new RoundingCheck());

    private Checks() {}

    /** The names of all checks, in the order of their warnings. */
    public static List<String> names() {
        return ALL.stream().map(Check::name).toList();
    }

    /** What the attacks of an evaluation fail. */
    public static List<Warning> warnings(List<Facts> attacks) {
        List<Warning> warnings = new ArrayList<>();
        for (Check check : ALL) {
            for (Check.Failure failure : check.failures(attacks)) {
                Facts of = failure.attack();
                warnings.add(new Warning(check.name(), of.attack().name(), of.attack().balancer().name(),
                        of.attack().budget(), failure.finding(), check.explanation()));
            }
        }
        return List.copyOf(warnings);
    }

    /** {@code 3 of 16 images}. */
    static String share(int count, int images) {
        return count + " of " + images + (images == 1 ? " image" : " images");
    }

    /** A damage in two decimals. */
    static String points(double damage) {
        return String.format(Locale.ROOT, "%.2f", damage);
    }
}
