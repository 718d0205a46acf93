// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is made of variables alone is made in order, and only when it is due. */
class PreparedStepsTest {

    /** A variable. */
    private static final class Changing implements Versioned {
        private long version;

        @Override
        public long version() {
            return version;
        }
    }

    private final Changing a = new Changing();
    private final Changing b = new Changing();
    private final Versions form = new Versions(List.of(b));

    /** a to t to kept; b to u to a form; b to waste, which nobody reads; kept to also kept. */
    private final List<String> emitted = List.of("a-t", "b-u", "b-waste", "u-form", "t-KEPT", "KEPT-ALSO");
    private final PreparedSteps steps = PreparedSteps.of(emitted.stream().map(this::step).toList(),
            place -> place.equals("KEPT") || place.equals("ALSO"),
            place -> switch (place) {
                case "a" -> Optional.of(a);
                case "b" -> Optional.of(b);
                default -> Optional.<Versioned>empty();
            });
    private final List<String> ordered = steps.ordered(emitted);

    private PreparedSteps.Step<String> step(String name) {
        String[] ends = name.split("-");
        boolean makesForm = ends[1].equals("form");
        return new PreparedSteps.Step<>(List.of(ends[0]), makesForm ? List.of() : List.of(ends[1]),
                makesForm ? Optional.of(form::current) : Optional.empty());
    }

    private List<String> run() {
        List<String> done = new ArrayList<>();
        if (steps.check()) {
            for (int i = 0; i < ordered.size(); i++) {
                if (steps.isDue(i)) {
                    done.add(ordered.get(i));
                    if (ordered.get(i).endsWith("form")) {
                        form.note();
                    }
                    steps.done(i);
                }
            }
        }
        return done;
    }

    @Test
    void whatIsNotKeptComesJustBeforeItIsNeededAndWhatServesNothingNever() {
        assertEquals(List.of("b-u", "u-form", "a-t", "t-KEPT", "KEPT-ALSO"), ordered);
    }

    @Test
    void isMadeOnceAndAgainWhenItsVariableChanges() {
        assertEquals(ordered, run());
        assertFalse(steps.check());
        a.version++;
        assertEquals(List.of("a-t", "t-KEPT", "KEPT-ALSO"), run());
        b.version++;
        assertEquals(List.of("b-u", "u-form"), run());
        assertEquals(List.of(), run());
    }

    @Test
    void aFormThatAnotherProgramMadeIsNotMadeAgain() {
        form.note();
        assertEquals(List.of("a-t", "t-KEPT", "KEPT-ALSO"), run());
        assertTrue(form.current());
    }
}
