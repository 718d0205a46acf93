// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class StepRulesTest {

    private static StepRule rule(String name, OptionalInt steps, OptionalDouble alpha, OptionalInt restarts,
            Optional<Boolean> randomStart) {
        return StepRules.of(name, steps, alpha, restarts, randomStart);
    }

    private static StepRule plain(String name) {
        return rule(name, OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(), Optional.empty());
    }

    @Test
    void namesGiveTheUsualSettings() {
        assertEquals(new Fgsm(), plain("fgsm"));
        assertEquals(new Ifgsm(10), plain("IFGSM"));
        assertEquals(Pgd.steps(10), plain(" pgd"));
        assertEquals(Pgd.steps(20).withAlpha(0.01).withRestarts(3), rule("pgd", OptionalInt.of(20),
                OptionalDouble.of(0.01), OptionalInt.of(3), Optional.empty()));
        assertEquals(StepRules.names(), StepRules.names().stream().map(name -> plain(name).name()).toList());
    }

    @Test
    void whatMakesNoSenseIsRefusedInOneLine() {
        refused("an attack needs at least 1 of its steps, not 0", () -> Pgd.steps(0));
        refused("an attack needs at least 1 of its steps, not -3", () -> new Ifgsm(-3));
        refused("an attack needs at least 1 of its restarts, not 0", () -> Pgd.steps(1).withRestarts(0));
        refused("alpha must be a number above 0, not 0.0", () -> Pgd.steps(1).withAlpha(0));
        refused("alpha must be a number above 0, not NaN", () -> Pgd.steps(1).withAlpha(Double.NaN));
        refused("3 restarts from the clean image are all the same; allow a random start or use 1",
                () -> Pgd.steps(1).withRestarts(3).withRandomStart(false));
        refused("did you mean 2/255?", () -> Pgd.steps(1).withAlpha(2).check(linf(8 / 255.0)));
        refused("there is no attack 'bim'; choose one of fgsm, ifgsm, pgd, mi-fgsm, apgd, square, nes, noise",
                () -> plain("bim"));
        refused("attack 'apgd' has no alpha; it finds its step size", () -> rule("apgd", OptionalInt.empty(),
                OptionalDouble.of(0.1), OptionalInt.empty(), Optional.empty()));
        refused("attack 'mi-fgsm' has no restarts; it starts at the clean image", () -> rule("mi-fgsm",
                OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.of(2), Optional.empty()));
        refused("the decay of mi-fgsm must be from 0 to 1, not 2.0",
                () -> new MiFgsm(3, OptionalDouble.empty(), 2));
        refused("2 restarts from the clean image are all the same; allow a random start or use 1",
                () -> new Apgd(3, 2, false));
        refused("attack 'fgsm' has no steps; it takes one", () -> rule("fgsm", OptionalInt.of(5),
                OptionalDouble.empty(), OptionalInt.empty(), Optional.empty()));
        refused("attack 'ifgsm' has no random start; use pgd for one", () -> rule("ifgsm", OptionalInt.empty(),
                OptionalDouble.empty(), OptionalInt.empty(), Optional.of(true)));
        refused("attack 'ifgsm' has no alpha; its step is epsilon / steps", () -> rule("ifgsm", OptionalInt.empty(),
                OptionalDouble.of(0.1), OptionalInt.empty(), Optional.empty()));
    }

    private static void refused(String message, Executable what) {
        String said = assertThrows(IllegalArgumentException.class, what).getMessage();
        assertTrue(said.endsWith(message) && !said.contains("\n"), said);
    }
}
